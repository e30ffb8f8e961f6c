"""Prunes the convolutional networks with Torch-Pruning, without training afterwards.

Arguments: the folder that train.py wrote to and the folder to write to. For each network, share of operations to remove
and way to judge channels: NETWORK/torch-pruning-SHARE-WAY.onnx, and the same with batch normalizations that are
re-estimated on the calibration data.
"""

import pathlib
import sys

import numpy as np
import torch
import torch_pruning

from networks import NETWORKS
from train import export

STEPS = 400
WAYS = {
    "l2": torch_pruning.importance.GroupMagnitudeImportance(p=2),
    "bn-scale": torch_pruning.importance.BNScaleImportance(),
}


def last(model):
    return [module for module in model.modules() if isinstance(module, torch.nn.Linear)][-1]


def pruned(name, state, share, importance):
    model = NETWORKS[name]()
    model.load_state_dict(state)
    model.eval()
    sample = torch.zeros(1, 1, 28, 28)
    before, _ = torch_pruning.utils.count_ops_and_params(model, sample)
    pruner = torch_pruning.pruner.BasePruner(
        model, sample, importance=importance, global_pruning=True, pruning_ratio=0.95, max_pruning_ratio=0.9,
        iterative_steps=STEPS, round_to=8, ignored_layers=[last(model)],
    )
    for _ in range(STEPS):
        pruner.step()
        if torch_pruning.utils.count_ops_and_params(model, sample)[0] <= (1 - share) * before:
            break
    return model


def reestimate(model, data):
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.reset_running_stats()
            module.momentum = None
    model.train()
    with torch.no_grad():
        for batch in torch.tensor(data).split(64):
            model(batch)
    return model.eval()


def main():
    models, target = map(pathlib.Path, sys.argv[1:])
    for name in ("plain", "residual", "separable"):
        state = torch.load(models / name / "state.pt")
        data = np.load(models / name / "calibration.npz")["x"]
        for share in (50, 70):
            for way, importance in WAYS.items():
                out = target / name / f"torch-pruning-{share}-{way}"
                out.mkdir(parents=True, exist_ok=True)
                model = pruned(name, state, share / 100, importance)
                export(name, model, out)
                again = out.with_name(out.name + "-reestimated")
                again.mkdir(exist_ok=True)
                export(name, reestimate(model, data), again)


if __name__ == "__main__":
    main()
