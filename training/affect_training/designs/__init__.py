"""The designs by name. Each takes float32 [N, 3, S, S] and returns raw outputs {task: [N, labels]}: logits, and VA before tanh."""
from torch import nn

from .affect_small import AffectSmall
from .baseline_cnn import BaselineCnn
from .emotion_appearance import EmotionAppearance
from .fpn_maa import FpnMaa
from .hetero_resnet import HeteroResNet
from .mtanet import MtaNet

DESIGNS = {"affect_small": AffectSmall, "mtanet": MtaNet, "fpn_maa": FpnMaa, "hetero_resnet": HeteroResNet,
           "emotion_appearance": EmotionAppearance, "baseline_cnn": BaselineCnn}


def build(settings: dict) -> nn.Module:
    """Builds {"name": design, ...its arguments}."""
    arguments = dict(settings)
    name = arguments.pop("name")
    if name not in DESIGNS:
        raise ValueError(f"design.name: '{name}' is unknown; known are {sorted(DESIGNS)}")
    return DESIGNS[name](**arguments)
