"""affect_small: the project's default model, a small SE-ResNet (1512.03385, 1709.01507) with three heads.

Input float32 [N, 3, S, S], RGB, (x - 0.5) / 0.5; the default model takes S = 48: 0.08 G multiply-adds, 2.9 M parameters (11.5 MB fp32).
Our own design: the trunk's widths were chosen for 6 ms a face on one CPU core; valence/arousal and action units, whose labels are
few, get a narrow hidden layer, so that they cannot pull the trunk's last features far.
"""
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..labels import TASKS


class SqueezeExcite(nn.Module):
    def __init__(self, width: int, reduction: int = 8):
        super().__init__()
        self.reduce, self.expand = nn.Linear(width, max(8, width // reduction)), nn.Linear(max(8, width // reduction), width)

    def forward(self, x: Tensor) -> Tensor:
        gate = torch.sigmoid(self.expand(F.relu(self.reduce(x.mean((2, 3))))))
        return x * gate[:, :, None, None]


class Block(nn.Module):
    """Two 3x3 convolutions with squeeze-excitation and a shortcut; a stride of 2 halves the shortcut by average pooling."""

    def __init__(self, inputs: int, outputs: int, stride: int):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)
        self.conv2, self.norm2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs)
        self.attend = SqueezeExcite(outputs)
        shortcut = [nn.AvgPool2d(stride)] if stride > 1 else []
        if inputs != outputs:
            shortcut += [nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)]
        self.shortcut = nn.Sequential(*shortcut)

    def forward(self, x: Tensor) -> Tensor:
        y = F.relu(self.norm1(self.conv1(x)))
        return F.relu(self.attend(self.norm2(self.conv2(y))) + self.shortcut(x))


class AffectSmall(nn.Module):
    """width: channels of the first stage. tasks: which heads to build (a single-task twin names one)."""

    def __init__(self, width: int = 32, blocks: tuple[int, ...] = (2, 2, 2, 2), dropout: float = 0.3, tasks=tuple(TASKS)):
        super().__init__()
        self.stem = nn.Sequential(
            nn.Conv2d(3, width, 5, 2, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        layers, inputs = [], width
        for stage, count in enumerate(blocks):
            outputs = width << stage
            for index in range(count):
                layers.append(Block(inputs, outputs, 2 if stage > 0 and index == 0 else 1))
                inputs = outputs
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.heads = nn.ModuleDict()
        for task in tasks:
            labels = len(TASKS[task])
            self.heads[task] = nn.Linear(inputs, labels) if task == "expression" else \
                nn.Sequential(nn.Linear(inputs, 64), nn.ReLU(), nn.Linear(64, labels))

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        features = self.dropout(self.trunk(self.stem(x)).mean((2, 3)))
        return {task: head(features) for task, head in self.heads.items()}
