"""FPN-MAA: R. He, Z. Xing, W. Tan, B. Yan, "Feature Pyramid Network for Multi-task Affective Analysis" (2107.03670).

From the paper: a ResNet-50 feature pyramid with 5 levels of 256 channels; every level is pooled, the five vectors are concatenated (1280), and linear
heads read the tasks from them. Input 128x128. Single-task teachers are trained first; a student then learns from their pseudo-labels,
overwritten by real labels where there are any (pseudo_labels.py), with MSE for VA, cross-entropy for expression and BCE for AUs. VA is clipped to ±0.99.
Our choices: the fifth level is the fourth max-pooled by 2 (torchvision's LastLevelMaxPool); global average pooling of each level; `small_input` leaves out the
stem's max pooling, for 48-pixel faces, whose coarsest level would else be 2x2; `layers`, `width` and `channels` let smaller nets of the same family run on a CPU
((3, 4, 6, 3), 64 and 256 are the paper's). Weights start at random: no ImageNet weights come with this project.
"""
import torch
from torch import Tensor, nn
from torchvision.models.resnet import Bottleneck
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from ..labels import TASKS
from .heads import LinearHeads
from .scaled_resnet import ScaledResNet


class FpnMaa(nn.Module):
    def __init__(self, layers: tuple[int, ...] = (3, 4, 6, 3), width: int = 64, channels: int = 256, small_input: bool = False, tasks=tuple(TASKS)):
        super().__init__()
        self.trunk = ScaledResNet(Bottleneck, layers, width, small_input)
        inputs = [self.trunk.features >> 3 - stage for stage in range(4)]
        self.pyramid = FeaturePyramidNetwork(inputs, channels, extra_blocks=LastLevelMaxPool())
        self.heads = LinearHeads(5 * channels, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        levels = {str(index): features for index, features in enumerate(self.trunk.stages(x))}
        return self.heads(torch.cat([level.mean((2, 3)) for level in self.pyramid(levels).values()], 1))
