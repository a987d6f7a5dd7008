"""torchvision's ResNet (1512.03385) at any width: `width` is the channels of the first stage's blocks, 64 in the paper; the stem has the same."""
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

STANDARD_WIDTH = 64


class ScaledResNet(ResNet):
    """Without pooling head and classifier. `features` is the last stage's channels.

    small_input: a stride-2 3x3 stem without max pooling, for faces of 48 to 112 pixels; else the paper's stride-2 7x7 stem and max pooling, for 128 and more.
    """

    def __init__(self, block: type[BasicBlock] | type[Bottleneck], layers: tuple[int, ...], width: int = STANDARD_WIDTH, small_input: bool = False):
        self.width = width
        super().__init__(block, list(layers))
        del self.fc, self.avgpool
        stem, padding = (3, 1) if small_input else (7, 3)
        self.conv1, self.bn1 = nn.Conv2d(3, width, stem, 2, padding, bias=False), nn.BatchNorm2d(width)
        nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")
        if small_input:
            self.maxpool = nn.Identity()
        self.features = self.inplanes

    def _make_layer(self, block, planes, blocks, stride=1, dilate=False):
        if planes == STANDARD_WIDTH:  # the first stage reads the stem, whose width the base class takes for 64
            self.inplanes = self.width
        return super()._make_layer(block, planes * self.width // STANDARD_WIDTH, blocks, stride, dilate)

    def stages(self, x):
        """The outputs of the four stages, the finest first."""
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        result = []
        for stage in (self.layer1, self.layer2, self.layer3, self.layer4):
            x = stage(x)
            result.append(x)
        return result
