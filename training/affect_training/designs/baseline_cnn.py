"""A small plain CNN for expressions, of the kind the 2020 EXPR track's entries are read against: convolutions and pooling, no shortcuts.

Four stages of two 3x3 convolutions (VGG style, 1409.1556) with batch norm; the widths are ours. It takes any set of tasks, so that it has multi-task and single-task twins.
"""
from torch import Tensor, nn

from .heads import LinearHeads


class BaselineCnn(nn.Module):
    def __init__(self, width: int = 32, dropout: float = 0.4, tasks=("expression",)):
        super().__init__()
        layers, inputs = [], 3
        for stage in range(4):
            for _ in range(2):
                layers += [nn.Conv2d(inputs, width << stage, 3, 1, 1, bias=False), nn.BatchNorm2d(width << stage), nn.ReLU(inplace=True)]
                inputs = width << stage
            layers.append(nn.MaxPool2d(2))
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.heads = LinearHeads(inputs, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return self.heads(self.dropout(self.trunk(x).mean((2, 3))))
