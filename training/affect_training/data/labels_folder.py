"""A folder of images with a `labels.csv`: a column `image`, and any of `expression`, `valence`, `arousal`, `AU1`… (or `AU01`…), `group`.

AU values are probabilities in [0, 1] or 0/1 marks. An empty field, a negative AU or a valence below -1 is a missing label. Columns that this
project does not know are ignored. A folder without labels.csv gives unlabelled faces.
"""
import csv
import pathlib
import re

import numpy as np
from PIL import Image

from ..labels import ACTION_UNITS, EXPRESSIONS, expression_index
from .faceset import Labels, Reading

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".webp")


def load_rgb(path: pathlib.Path) -> np.ndarray:
    """uint8 [H, W, 3]."""
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def _number(text: str | None) -> float:
    return float(text) if text not in (None, "") else float("nan")


def read(folder: pathlib.Path, use_expression: bool = True) -> Reading:
    """use_expression=False leaves the expression column out (labels too noisy to learn from)."""
    folder = pathlib.Path(folder)
    table = folder / "labels.csv"
    if not table.exists():
        paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES)
        return Labels.empty([str(p.relative_to(folder)) for p in paths]), lambda row: load_rgb(paths[row])

    with table.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    if rows and "image" not in rows[0]:
        raise ValueError(f"{table}: no column 'image'")
    labels = Labels.empty([row["image"] for row in rows], [row.get("group") or row["image"] for row in rows])
    au_columns = {re.sub(r"^AU0*", "AU", name): name for name in (rows[0] if rows else {}) if re.fullmatch(r"AU\d+", name)}
    for index, row in enumerate(rows):
        name = row.get("expression") or ""
        expression = expression_index(name) if use_expression else None
        if expression is not None:
            labels.expression[index] = np.eye(len(EXPRESSIONS), dtype=np.float32)[expression]
        va = np.array([_number(row.get("valence")), _number(row.get("arousal"))], np.float32)
        labels.va[index] = np.where(np.abs(va) <= 1, va, np.nan)
        for unit, au in enumerate(ACTION_UNITS):
            value = _number(row.get(au_columns.get(au, "")))
            labels.au[index, unit] = value if 0 <= value <= 1 else np.nan
    paths = [folder / name for name in labels.names]
    return labels, lambda row: load_rgb(paths[row])
