"""A plain stack of 3×3 convolutions, each of which is more while it learns (X. Ding et al., RepVGG, 2021)."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

_SLOPE = 0.1


class RepConv(nn.Module):
    """A 3×3 convolution beside a 1×1 that a 3×3 follows, and beside the input itself.

    The three are merged before each use, so that a step costs one convolution, and what is trained is exactly what is
    exported, at the borders too.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.wide = nn.Conv2d(channels, channels, 3, padding=1)
        self.expand = nn.Conv2d(channels, 2 * channels, 1, bias=False)
        self.inner = nn.Conv2d(2 * channels, channels, 3, padding=1, bias=False)
        nn.init.normal_(self.inner.weight, std=0.01)

    def merged(self) -> tuple[Tensor, Tensor | None]:
        """Weight and bias of the one convolution that it amounts to."""
        weight = self.wide.weight + torch.einsum("omhw,mi->oihw", self.inner.weight, self.expand.weight[:, :, 0, 0])
        unit = torch.zeros_like(weight)
        index = torch.arange(weight.shape[0])
        unit[index, index, 1, 1] = 1.0
        return weight + unit, self.wide.bias

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.merged()
        return functional.conv2d(x, weight, bias, padding=1)


class Enlarger(nn.Module):
    """RGB 0 to 1, N×3×H×W, to N×3×fH×fW: what is added to the input's repeated pixels."""

    def __init__(self, factor: int, channels: int, depth: int) -> None:
        super().__init__()
        self.factor, self.slope = factor, _SLOPE
        self.first = nn.Conv2d(3, channels, 3, padding=1)
        self.middle = nn.ModuleList(RepConv(channels) for _ in range(depth))
        self.last = nn.Conv2d(channels, 3 * factor**2, 3, padding=1)
        nn.init.normal_(self.last.weight, std=0.001)
        if self.last.bias is not None:
            nn.init.zeros_(self.last.bias)

    @property
    def reach(self) -> int:
        """Input pixels around one that its result depends on."""
        return len(self.middle) + 2

    def forward(self, x: Tensor) -> Tensor:
        y = functional.leaky_relu(self.first(x), self.slope)
        for layer in self.middle:
            y = functional.leaky_relu(layer(y), self.slope)
        return functional.pixel_shuffle(self.last(y) + x.repeat_interleave(self.factor**2, 1), self.factor)
