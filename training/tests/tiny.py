"""Tiny synthetic data: 'faces' whose brightness, tint and stripes determine the labels, so that a few steps can learn something."""
import pathlib

import numpy as np

from affect_training.data.faceset import FaceSet, Labels
from affect_training.labels import ACTION_UNITS, EXPRESSIONS

SIZE, MARGIN = 32, 4
TEMPLATE = [[10.4, 12.5], [21.6, 12.5], [16.0, 19.0], [16.0, 24.5]]


def tiny_set(name: str, count: int, seed: int, tasks=("expression", "va", "au")) -> FaceSet:
    generator = np.random.default_rng(seed)
    side = SIZE + 2 * MARGIN
    labels = Labels.empty([f"{name}{i}" for i in range(count)])
    expression = generator.integers(0, 3, count)
    valence = generator.uniform(-0.8, 0.8, count).astype(np.float32)
    stripes = generator.integers(0, 2, count)
    crops = np.full((count, side, side, 3), 70, np.int32)
    for i in range(count):
        crops[i, :, :, expression[i]] += 90
        crops[i] += int(50 * valence[i])
        if stripes[i]:
            crops[i, ::4] += 60
    crops = (crops + generator.integers(-5, 6, crops.shape)).clip(0, 255).astype(np.uint8)
    if "expression" in tasks:
        labels.expression = np.eye(len(EXPRESSIONS), dtype=np.float32)[expression]
    if "va" in tasks:
        labels.va = np.stack([valence, -valence], 1)
    if "au" in tasks:
        labels.au = np.repeat(stripes[:, None], len(ACTION_UNITS), 1).astype(np.float32)
        labels.au[:, 5] = np.nan
    return FaceSet(name, crops, labels)


def tiny_config(folder: pathlib.Path, **changes) -> dict:
    tiny_set("expressions", 40, 0, tasks=("expression",)).save(folder / "expressions.npz")
    tiny_set("dimensions", 24, 1, tasks=("va", "au")).save(folder / "dimensions.npz")
    return {
        "name": "tiny", "output": str(folder / "run"), "seed": 5, "design": {"name": "affect_small", "width": 8, "blocks": [1, 1]},
        "crop": {"size": SIZE, "template": TEMPLATE}, "epochs": 2, "steps_per_epoch": 4, "ema": 0.9, "bfloat16": False, "threads": 1,
        "batch": [{"set": str(folder / "expressions.npz"), "count": 12, "balance": 0.5}, {"set": str(folder / "dimensions.npz"), "count": 8}],
        "validation": {"expression": str(folder / "expressions.npz"), "va": str(folder / "dimensions.npz"), "au": str(folder / "dimensions.npz")},
        "optimiser": {"learning_rate": 0.05, "warmup_steps": 2}, **changes}
