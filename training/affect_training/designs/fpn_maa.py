"""FPN-MAA: R. He, Z. Xing, W. Tan, B. Yan, "Feature Pyramid Network for Multi-task Affective Analysis" (2107.03670).

From the paper: a ResNet-50 feature pyramid with 5 levels of 256 channels; every level is pooled, the five vectors are concatenated (1280), and linear
heads read the tasks from them. Input 128x128. Single-task teachers are trained first; a student then learns from their pseudo-labels,
overwritten by real labels where there are any (pseudo_labels.py), with MSE for VA, cross-entropy for expression and BCE for AUs. VA is clipped to ±0.99.
Our choices: the fifth level is the fourth max-pooled by 2 (torchvision's LastLevelMaxPool); global average pooling of each level; `layers` lets smaller
bottleneck nets of the same family run on a CPU ((3, 4, 6, 3) is ResNet-50); `width` is the stem's channels (64 in ResNet-50).
Weights start at random: no ImageNet weights come with this project.
"""
import torch
from torch import Tensor, nn
from torchvision.models.resnet import Bottleneck, ResNet
from torchvision.ops import FeaturePyramidNetwork
from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

from ..labels import TASKS
from .heads import LinearHeads

STAGES = ("layer1", "layer2", "layer3", "layer4")


class FpnMaa(nn.Module):
    def __init__(self, layers: tuple[int, ...] = (3, 4, 6, 3), width: int = 64, channels: int = 256, tasks=tuple(TASKS)):
        super().__init__()
        self.trunk = ResNet(Bottleneck, list(layers), width_per_group=width)
        del self.trunk.fc, self.trunk.avgpool
        inputs = [self.trunk.get_submodule(stage)[-1].conv3.out_channels for stage in STAGES]
        self.pyramid = FeaturePyramidNetwork(inputs, channels, extra_blocks=LastLevelMaxPool())
        self.heads = LinearHeads(5 * channels, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        trunk = self.trunk
        x = trunk.maxpool(trunk.relu(trunk.bn1(trunk.conv1(x))))
        levels = {}
        for stage in STAGES:
            x = getattr(trunk, stage)(x)
            levels[stage] = x
        pyramid = self.pyramid(levels)
        return self.heads(torch.cat([level.mean((2, 3)) for level in pyramid.values()], 1))
