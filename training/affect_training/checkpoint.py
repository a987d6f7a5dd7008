"""Loads trained weights: model.pt (the EMA weights of a finished training) or last.pt (of one that still runs)."""
import pathlib

import torch
from torch import nn

from .designs import build


def load(path: pathlib.Path) -> tuple[nn.Module, dict]:
    """The model in evaluation mode, and the checkpoint's state (config, log, step where it has one)."""
    state = torch.load(path, map_location="cpu")
    model = build(state["config"]["design"])
    model.load_state_dict(state["ema"] if "ema" in state else state["model"])
    return model.eval(), state
