"""G. Pons, D. Masip, "Multi-task, multi-label and multi-domain learning with residual convolutional networks for emotion recognition" (1802.06664).

From the paper: a residual network shared by expression recognition and AU detection; one joint loss over heterogeneously labelled data, in which a
sample adds only the terms whose labels it holds (losses.py masks NaN); batches that know their domain, so that each domain's batch holds its own share
(`count` per set in the config).
Our choices: a basic-block ResNet-18 layout from torchvision with a stride-2 stem without max pooling, since our faces are 64 pixels and not 224; VA
may be added as a third task of the same loss (tasks=…), which the paper does not have.
"""
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, ResNet

from .heads import LinearHeads


class HeteroResNet(nn.Module):
    def __init__(self, layers: tuple[int, ...] = (2, 2, 2, 2), dropout: float = 0.3, tasks=("expression", "au")):
        super().__init__()
        self.trunk = ResNet(BasicBlock, list(layers))
        self.trunk.maxpool = nn.Identity()
        self.trunk.fc = nn.Dropout(dropout)
        self.heads = LinearHeads(512, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return self.heads(self.trunk(x))
