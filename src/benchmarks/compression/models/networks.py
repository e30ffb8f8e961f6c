"""The networks of the benchmark: three convolutional families [N, 1, 28, 28] and a transformer [N, 28, 28] that reads
a picture's rows as tokens; each gives 10 scores."""

import torch
from torch import nn


def conv(inputs, outputs, kernel=3, stride=1, groups=1):
    return [
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
    ]


def plain():
    """Convolutions one after the other, then a hidden layer behind Flatten, as VGG."""
    return nn.Sequential(
        *conv(1, 32, stride=2), nn.ReLU(),
        *conv(32, 32), nn.ReLU(),
        *conv(32, 64), nn.ReLU(), nn.MaxPool2d(2),
        *conv(64, 64), nn.ReLU(),
        *conv(64, 96), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Linear(96 * 3 * 3, 128), nn.ReLU(), nn.Linear(128, 10),
    )


class Residual(nn.Module):
    """Two convolutions beside a shortcut, which is projected where the shape changes."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(*conv(inputs, outputs, stride=stride), nn.ReLU(), *conv(outputs, outputs))
        self.shortcut = nn.Sequential(*conv(inputs, outputs, 1, stride)) if stride > 1 else nn.Identity()

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def residual():
    """As ResNet, two blocks a stage."""
    blocks = [Residual(32, 32, 1), Residual(32, 32, 1)]
    blocks += [Residual(32, 64, 2), Residual(64, 64, 1), Residual(64, 128, 2), Residual(128, 128, 1)]
    return nn.Sequential(
        *conv(1, 32, stride=2), nn.ReLU(), *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, 10)
    )


class Inverted(nn.Module):
    """Widen, convolve each channel for itself, narrow."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        wide = 4 * inputs
        self.body = nn.Sequential(
            *conv(inputs, wide, 1), nn.ReLU6(), *conv(wide, wide, 3, stride, wide), nn.ReLU6(), *conv(wide, outputs, 1)
        )
        self.same = inputs == outputs and stride == 1

    def forward(self, x):
        return x + self.body(x) if self.same else self.body(x)


def separable():
    """As MobileNetV2."""
    blocks = [Inverted(24, 24, 1), Inverted(24, 40, 2), Inverted(40, 40, 1), Inverted(40, 64, 2), Inverted(64, 64, 1)]
    return nn.Sequential(
        *conv(1, 24, stride=2), nn.ReLU6(), *blocks, *conv(64, 192, 1), nn.ReLU6(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(192, 10),
    )


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.query, self.key, self.value, self.out = (nn.Linear(width, width) for _ in range(4))

    def split(self, x):
        return x.reshape(x.shape[0], x.shape[1], self.heads, -1).transpose(1, 2)

    def forward(self, x):
        query, key, value = (self.split(f(x)) for f in (self.query, self.key, self.value))
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        mixed = torch.softmax(scores, -1) @ value
        return self.out(mixed.transpose(1, 2).reshape(x.shape[0], x.shape[1], -1))


class Layer(nn.Module):
    """A transformer's layer, normalized first."""

    def __init__(self, width, heads):
        super().__init__()
        self.attention = Attention(width, heads)
        self.before, self.between = nn.LayerNorm(width), nn.LayerNorm(width)
        self.mlp = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, x):
        x = x + self.attention(self.before(x))
        return x + self.mlp(self.between(x))


class Transformer(nn.Module):
    """Rows as tokens, four layers, the mean of all tokens."""

    def __init__(self, width=96, heads=6, layers=4):
        super().__init__()
        self.embed = nn.Linear(28, width)
        self.place = nn.Parameter(torch.randn(28, width) * 0.1)
        self.layers = nn.Sequential(*(Layer(width, heads) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width), nn.Linear(width, 10)

    def forward(self, x):
        return self.head(self.norm(self.layers(self.embed(x) + self.place)).mean(1))


NETWORKS = {"plain": plain, "residual": residual, "separable": separable, "transformer": Transformer}
