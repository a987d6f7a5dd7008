"""FER+ (Barsoum et al., 1608.01041): FER2013 faces, grey 48x48, with the votes of ten annotators.

The npz holds `images` uint8 [N, 48, 48], `votes` uint8 [N, 10], `classes` (their names), `split` (0 train, 1 validation, 2 test).
"""
import pathlib

import numpy as np

from ..labels import EXPRESSIONS, expression_index
from .faceset import Labels, Reading

SPLITS = {"train": 0, "validation": 1, "test": 2}


def votes_to_probabilities(votes: np.ndarray, classes: list[str], drop_single_votes: bool) -> np.ndarray:
    """float32 [N, 8]; NaN where the most voted class is not one of the eight (unknown, not a face).

    Votes for anything but the eight are left out and the rest made to sum to 1. A lone vote counts as an outlier and is
    dropped where other votes remain, as FER+'s authors do for training.
    """
    columns = [expression_index(name) for name in classes]
    eight = np.zeros((len(votes), len(EXPRESSIONS)), np.float32)
    other = np.zeros(len(votes), np.float32)
    for column, index in enumerate(columns):
        if index is None:
            other = np.maximum(other, votes[:, column])
        else:
            eight[:, index] = votes[:, column]
    usable = (eight.max(1) >= other) & (eight.max(1) > 0)
    if drop_single_votes:
        trimmed = np.where(eight > 1, eight, 0)
        eight = np.where(trimmed.sum(1, keepdims=True) > 0, trimmed, eight)
    total = np.maximum(eight.sum(1, keepdims=True), 1)
    return np.where(usable[:, None], eight / total, np.nan).astype(np.float32)


def read(path: pathlib.Path, split: str) -> Reading:
    """One split. Training rows drop lone votes; validation and test rows keep all."""
    with np.load(path) as data:
        rows = np.flatnonzero(data["split"] == SPLITS[split])
        images, votes, classes = data["images"][rows], data["votes"][rows], data["classes"].tolist()
    labels = Labels.empty([str(row) for row in rows])
    labels.expression = votes_to_probabilities(votes, classes, drop_single_votes=split == "train")
    return labels, lambda row: np.repeat(images[row][:, :, None], 3, 2)
