"""AffectNet-style CSV: subDirectory_filePath, face_x, face_y, face_width, face_height, facial_landmarks, expression, valence, arousal.

Expressions 0 Neutral, 1 Happiness, 2 Sadness, 3 Surprise, 4 Fear, 5 Disgust, 6 Anger, 7 Contempt; 8 None, 9 Uncertain and 10 Non-Face are masked.
Valence and arousal of -2 are invalid. The image given back is the face box, as the CSV has it.
"""
import csv
import pathlib

import numpy as np

from ..labels import EXPRESSIONS
from .faceset import Labels, Reading
from .labels_folder import load_rgb

ORDER = ("Neutral", "Happiness", "Sadness", "Surprise", "Fear", "Disgust", "Anger", "Contempt")


def read(table: str, images: str) -> Reading:
    with pathlib.Path(table).open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    labels = Labels.empty([row["subDirectory_filePath"] for row in rows])
    for i, row in enumerate(rows):
        expression = int(row["expression"])
        if 0 <= expression < len(ORDER):
            labels.expression[i] = np.eye(len(EXPRESSIONS), dtype=np.float32)[EXPRESSIONS.index(ORDER[expression])]
        va = np.array([float(row["valence"]), float(row["arousal"])], np.float32)
        if (np.abs(va) <= 1).all():
            labels.va[i] = va

    def load(index: int) -> np.ndarray:
        row = rows[index]
        image = load_rgb(pathlib.Path(images, row["subDirectory_filePath"]))
        x, y, width, height = (max(0, int(float(row[name]))) for name in ("face_x", "face_y", "face_width", "face_height"))
        return image[y:y + height, x:x + width] if width and height else image

    return labels, load
