"""Teacher predictions in place of missing labels (the student step of FPN-MAA, 2107.03670: real labels always win)."""
import pathlib

import numpy as np
import torch

from . import checkpoint
from .data.faceset import FaceSet
from .labels import TASKS
from .predict import predict

LARGEST_VA = 0.99  # of a teacher, as in the paper: a target of 1 would ask for infinite logits


def add_pseudo_labels(sets: list[FaceSet], settings: dict, size: int, cache: pathlib.Path | None = None) -> None:
    """Fills what is NaN from the teachers. settings: `teachers` (paths of model.pt; where several have a task they are averaged),
    `weight` (task -> weight of a filled sample), `mix_expression` (share of the teacher in expressions that are already there),
    `mirror_average` (the mean of picture and mirror image, true unless said otherwise), `tables` (set name -> npz with `names` and any of expression, va, au:
    another teacher's answers, averaged with the others'). `cache` keeps the teachers' answers for a resume."""
    answers = _load(cache, len(sets)) if cache and cache.exists() else [_ask(faces, settings, size) for faces in sets]
    if cache and not cache.exists():
        np.savez(cache, **{f"{index}/{task}": values for index, answer in enumerate(answers) for task, values in answer.items()})
    for faces, answer in zip(sets, answers):
        for column, task in enumerate(TASKS):
            if task in answer:
                _fill(faces, task, column, answer[task], settings)


def _ask(faces: FaceSet, settings: dict, size: int) -> dict[str, np.ndarray]:
    predictions = []
    for path in settings["teachers"]:
        teacher, _ = checkpoint.load(path)
        teacher.to(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            predictions.append(predict(teacher, faces, size, mirror_average=settings.get("mirror_average", True)))
    if faces.name in settings.get("tables", {}):
        predictions.append(_table(faces, settings["tables"][faces.name]))
    return {task: _mean([p[task] for p in predictions if task in p]) for task in TASKS if any(task in p for p in predictions)}


def _mean(answers: list[np.ndarray]) -> np.ndarray:
    """Over the teachers that have an answer; NaN where none has."""
    counts = np.sum([~np.isnan(a) for a in answers], 0)
    return np.where(counts > 0, np.nansum(answers, 0) / np.maximum(counts, 1), np.nan).astype(np.float32)


def _table(faces: FaceSet, path: str) -> dict[str, np.ndarray]:
    """Rows by name; NaN where the table does not have the face."""
    with np.load(path) as data:
        rows, known = {name: row for row, name in enumerate(data["names"].tolist())}, [task for task in TASKS if task in data.files]
        if not set(rows) & set(faces.labels.names):
            raise ValueError(f"{path} holds none of the faces of {faces.name}")
        result = {task: np.full((len(faces), len(TASKS[task])), np.nan, np.float32) for task in known}
        for index, name in enumerate(faces.labels.names):
            if name in rows:
                for task in known:
                    result[task][index] = data[task][rows[name]]
        return result


def _load(cache: pathlib.Path, sets: int) -> list[dict[str, np.ndarray]]:
    with np.load(cache) as data:
        return [{key.split("/")[1]: data[key] for key in data.files if key.startswith(f"{index}/")} for index in range(sets)]


def _fill(faces: FaceSet, task: str, column: int, taught: np.ndarray, settings: dict) -> None:
    labels = getattr(faces.labels, task)
    taught = np.clip(taught, -LARGEST_VA, LARGEST_VA) if task == "va" else taught
    missing = np.isnan(labels)
    if task == "expression" and settings.get("mix_expression"):
        share = settings["mix_expression"]
        labels = np.where(missing, labels, (1 - share) * labels + share * taught)
    setattr(faces.labels, task, np.where(missing, taught, labels).astype(np.float32))
    faces.labels.weight[missing.all(1), column] *= settings.get("weight", {}).get(task, 1.0)
