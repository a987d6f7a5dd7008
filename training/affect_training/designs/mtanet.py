"""MTANet: Z. Zhang, J. Gu, "Facial Affect Recognition in the Wild Using Multi-Task Learning Convolutional Network" (2002.00606).

From the paper: one trunk of SE-ResNet modules, three heads for valence/arousal, action units and seven basic expressions, trained together.
Our choices, where we had no more than the paper's description: basic (two 3x3) SE blocks in a 3-4-6-3 layout with the widths of
ResNet-34 times `width / 64`, a stride-2 5x5 stem without max pooling (faces come at 64 to 112 pixels, not 224), linear heads on the
pooled features, dropout 0.3, and eight expressions (FER+ has Contempt).
"""
from torch import Tensor, nn

from ..labels import TASKS
from .affect_small import Block
from .heads import LinearHeads


class MtaNet(nn.Module):
    def __init__(self, width: int = 64, blocks: tuple[int, ...] = (3, 4, 6, 3), dropout: float = 0.3, tasks=tuple(TASKS)):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, width, 5, 2, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True))
        layers, inputs = [], width
        for stage, count in enumerate(blocks):
            for index in range(count):
                layers.append(Block(inputs, width << stage, 2 if stage > 0 and index == 0 else 1))
                inputs = width << stage
        self.trunk = nn.Sequential(*layers)
        self.dropout = nn.Dropout(dropout)
        self.heads = LinearHeads(inputs, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return self.heads(self.dropout(self.trunk(self.stem(x)).mean((2, 3))))
