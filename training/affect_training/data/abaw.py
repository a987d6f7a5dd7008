"""ABAW / Aff-Wild2 annotation folders over pre-cropped frames `cropped_aligned/<video>/00001.jpg`.

Challenge folders (VA, EXPR, AU): one .txt a video, a header line, then a row a frame; row i (from 0) is frame i + 1. A file of the left or right
person ends in `_left` / `_right`, and so does its frame folder. MTL: one .txt of rows `image,valence,arousal,expression,aus` with 12 AUs.
Invalid marks, each masked for its own task only: VA -5 (any value outside of [-1, 1]), EXPR -1, AU -1 (each AU alone). Class 7 of an eight-class EXPR
header is Other: it has no column among the project's expressions and is masked.
The AU columns are taken by the header's names, so that ABAW1's eight (with AU20) read as well; AUs that this project lacks are ignored.
"""
import csv
import pathlib

import numpy as np

from ..labels import ACTION_UNITS, EXPRESSIONS, expression_index
from .faceset import Labels, Reading
from .labels_folder import load_rgb

EXPR_HEADER = ("Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Other")
SUFFIXES = ("_left", "_right")


def video_of(stem: str) -> str:
    """The video's identity without the person's suffix: both persons of a video stay on one side of a split."""
    for suffix in SUFFIXES:
        stem = stem.removesuffix(suffix)
    return stem


def _one_hot(value: str, header: tuple[str, ...]) -> np.ndarray | None:
    index = int(float(value))
    known = expression_index(header[index]) if 0 <= index < len(header) else None
    return None if known is None else np.eye(len(EXPRESSIONS), dtype=np.float32)[known]


def _fill_va(row: np.ndarray, values: list[str]) -> None:
    va = np.array([float(v) for v in values], np.float32)
    if (np.abs(va) <= 1).all():
        row[:] = va


def _fill_au(row: np.ndarray, header: list[str], values: list[str]) -> None:
    for name, value in zip(header, values):
        if name in ACTION_UNITS and float(value) in (0.0, 1.0):
            row[ACTION_UNITS.index(name)] = float(value)


def _task_of(header: list[str], path: pathlib.Path) -> str:
    if [h.lower() for h in header] == ["valence", "arousal"]:
        return "va"
    if all(h.startswith("AU") for h in header):
        return "au"
    if header and expression_index(header[0]) is not None:
        return "expression"
    raise ValueError(f"{path}: header {','.join(header)} is none of VA, EXPR or AU")


def read_challenge_file(path: pathlib.Path) -> Labels:
    """One annotation file; names are `<file stem>/00001.jpg`…"""
    lines = [line.strip() for line in path.read_text().splitlines()]
    header = [name.strip() for name in lines[0].split(",")]
    task, rows = _task_of(header, path), [line.split(",") for line in lines[1:] if line]
    labels = Labels.empty([f"{path.stem}/{i + 1:05d}.jpg" for i in range(len(rows))], [video_of(path.stem)] * len(rows))
    for i, values in enumerate(rows):
        if task != "expression" and len(values) != len(header):
            raise ValueError(f"{path}: row {i} has {len(values)} values, the header {len(header)}")
        if task == "va":
            _fill_va(labels.va[i], values)
        elif task == "au":
            _fill_au(labels.au[i], header, values)
        else:
            expression = _one_hot(values[0], tuple(header))
            if expression is not None:
                labels.expression[i] = expression
    return labels


def read_mtl_file(path: pathlib.Path) -> Labels:
    with path.open(newline="") as stream:
        rows = [[cell.strip() for cell in row] for row in csv.reader(stream)][1:]
    labels = Labels.empty([row[0] for row in rows], [video_of(row[0].split("/")[0]) for row in rows])
    for i, row in enumerate(rows):
        if len(row) != 4 + len(ACTION_UNITS):
            raise ValueError(f"{path}: row {i} has {len(row)} values, {4 + len(ACTION_UNITS)} are needed")
        _fill_va(labels.va[i], row[1:3])
        expression = _one_hot(row[3], EXPR_HEADER)
        if expression is not None:
            labels.expression[i] = expression
        _fill_au(labels.au[i], list(ACTION_UNITS), row[4:])
    return labels


def concatenate(parts: list[Labels]) -> Labels:
    join = lambda pick: np.concatenate([pick(p) for p in parts])
    lists = lambda pick: [item for p in parts for item in pick(p)]
    return Labels(lists(lambda p: p.names), join(lambda p: p.expression), join(lambda p: p.va), join(lambda p: p.au),
                  join(lambda p: p.weight), lists(lambda p: p.group))


def merge_by_name(parts: list[Labels]) -> Labels:
    """One row a frame name, with the labels of every part that has it (a frame is annotated for VA in one folder, for AUs in another)."""
    together = concatenate(parts)
    first: dict[str, int] = {}
    target = np.array([first.setdefault(name, len(first)) for name in together.names], int)
    groups = dict(zip(together.names, together.group))
    merged = Labels.empty(list(first), [groups[name] for name in first])
    for task in ("expression", "va", "au"):
        values, into = getattr(together, task), getattr(merged, task)
        rows, columns = np.nonzero(~np.isnan(values))
        into[target[rows], columns] = values[rows, columns]
    return merged


def read(annotations: list[str], frames: str) -> Reading:
    """annotations: folders of challenge files and/or MTL files. frames: `cropped_aligned`. Frames that do not exist (no face found there)
    are left out; so are rows without any valid label."""
    parts = []
    for place in map(pathlib.Path, annotations):
        if place.is_file():
            parts.append(read_mtl_file(place))
        else:
            parts += [read_challenge_file(path) for path in sorted(place.glob("*.txt"))]
    if not parts:
        raise ValueError(f"abaw: no .txt files in {annotations}")
    labels, root = merge_by_name(parts), pathlib.Path(frames)
    held = ~(np.isnan(labels.expression).all(1) & np.isnan(labels.va).all(1) & np.isnan(labels.au).all(1))
    rows = np.array([r for r in np.flatnonzero(held) if (root / labels.names[r]).exists()], int)
    labels = labels.take(rows)
    paths = [root / name for name in labels.names]
    return labels, lambda row: load_rgb(paths[row])
