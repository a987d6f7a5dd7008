"""The one shape all labelled data take: images and label rows, with NaN wherever a sample does not hold a label."""
import dataclasses
import pathlib
from collections.abc import Callable

import numpy as np

from ..labels import TASKS


@dataclasses.dataclass
class Labels:
    """Labels of N samples.

    names: an identity per sample (a file name, a row). expression: float32 [N, 8] probabilities. va: float32 [N, 2] in [-1, 1].
    au: float32 [N, 12] in [0, 1]. NaN = not held: whole rows for expression, single entries for va and au.
    weight: float32 [N, 3], how much expression, va and au of the sample count (1, or less for pseudo-labels).
    group: a key per sample that must not be divided by a split (a video, an identity); its name where there is none.
    """
    names: list[str]
    expression: np.ndarray
    va: np.ndarray
    au: np.ndarray
    weight: np.ndarray
    group: list[str]

    @staticmethod
    def empty(names: list[str], group: list[str] | None = None) -> "Labels":
        rows = len(names)
        missing = lambda width: np.full((rows, width), np.nan, np.float32)
        widths = [len(labels) for labels in TASKS.values()]
        return Labels(list(names), *map(missing, widths), np.ones((rows, 3), np.float32), list(group or names))

    def __len__(self) -> int:
        return len(self.names)

    def take(self, rows: np.ndarray) -> "Labels":
        pick = lambda values: [values[r] for r in rows]
        return Labels(pick(self.names), self.expression[rows], self.va[rows], self.au[rows], self.weight[rows], pick(self.group))

    def held(self) -> dict[str, int]:
        """How many samples hold each task."""
        return {task: int((~np.isnan(getattr(self, task))).any(1).sum()) for task in TASKS}


@dataclasses.dataclass
class FaceSet:
    """Aligned crops uint8 [N, S, S, 3] (RGB, with a margin around the model's crop) and their labels."""
    name: str
    crops: np.ndarray
    labels: Labels

    def __post_init__(self):
        if len(self.crops) != len(self.labels):
            raise ValueError(f"{self.name}: {len(self.crops)} crops but {len(self.labels)} label rows")

    def __len__(self) -> int:
        return len(self.labels)

    def take(self, rows: np.ndarray) -> "FaceSet":
        return FaceSet(self.name, self.crops[rows], self.labels.take(rows))

    def save(self, path: pathlib.Path) -> None:
        labels = {field.name: np.asarray(getattr(self.labels, field.name)) for field in dataclasses.fields(Labels)}
        np.savez(path, crops=self.crops, **labels)

    @staticmethod
    def load(path: pathlib.Path) -> "FaceSet":
        with np.load(path) as data:
            fields = {field.name: data[field.name] for field in dataclasses.fields(Labels)}
            fields["names"], fields["group"] = fields["names"].tolist(), fields["group"].tolist()
            return FaceSet(pathlib.Path(path).stem, data["crops"], Labels(**fields))


#: A reader gives labels and a function that loads the image of a row as uint8 [H, W, 3].
Reading = tuple[Labels, Callable[[int], np.ndarray]]
