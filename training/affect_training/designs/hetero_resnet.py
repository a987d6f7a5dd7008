"""G. Pons, D. Masip, "Multi-task, multi-label and multi-domain learning with residual convolutional networks for emotion recognition" (1802.06664).

From the paper: a residual network shared by expression recognition and AU detection; one joint loss over heterogeneously labelled data, in which a
sample adds only the terms whose labels it holds (losses.py masks NaN); batches that know their domain, so that each domain's batch holds its own share
(`count` per set in the config).
Our choices: a basic-block ResNet-18 layout with a stride-2 3x3 stem without max pooling, since our faces are 48 to 112 pixels and not 224; `width` scales all its
channels (64 in ResNet-18); VA may be added as a third task of the same loss (tasks=…), which the paper does not have.
"""
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock

from .heads import LinearHeads
from .scaled_resnet import ScaledResNet


class HeteroResNet(nn.Module):
    def __init__(self, layers: tuple[int, ...] = (2, 2, 2, 2), width: int = 64, dropout: float = 0.3, tasks=("expression", "au")):
        super().__init__()
        self.trunk = ScaledResNet(BasicBlock, layers, width, small_input=True)
        self.dropout = nn.Dropout(dropout)
        self.heads = LinearHeads(self.trunk.features, tasks)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        return self.heads(self.dropout(self.trunk.stages(x)[-1].mean((2, 3))))
