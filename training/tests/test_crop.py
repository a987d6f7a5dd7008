"""The crop against a loop that follows the definition word by word, and against the saved crops that the C# tests share."""
import json
import math
import pathlib
import unittest

import numpy as np
from PIL import Image

from affect_training.crop import crop_aligned, similarity

PARITY = pathlib.Path(__file__).parents[2] / "tests" / "data" / "crop-parity"


def crop_by_loop(image: np.ndarray, transform: np.ndarray, size: int) -> np.ndarray:
    a, b, tx, ty = transform[0, 0], transform[1, 0], transform[0, 2], transform[1, 2]
    norm = a * a + b * b
    factor = max(1, math.floor(1 / math.sqrt(norm)))
    height, width = image.shape[0], image.shape[1]
    rows, columns = math.ceil(height / factor), math.ceil(width / factor)

    def block(row: int, column: int) -> np.ndarray:
        row, column = min(max(row, 0), rows - 1), min(max(column, 0), columns - 1)
        part = image[row * factor:(row + 1) * factor, column * factor:(column + 1) * factor]
        return part.reshape(-1, 3).astype(float).mean(0)

    result = np.zeros((size, size, 3))
    for j in range(size):
        for i in range(size):
            dx, dy = i + 0.5 - tx, j + 0.5 - ty
            x, y = (a * dx + b * dy) / norm, (-b * dx + a * dy) / norm
            u, v = x / factor - 0.5, y / factor - 0.5
            left, top = math.floor(u), math.floor(v)
            fu, fv = u - left, v - top
            result[j, i] = (block(top, left) * (1 - fu) + block(top, left + 1) * fu) * (1 - fv) + \
                (block(top + 1, left) * (1 - fu) + block(top + 1, left + 1) * fu) * fv
    return result


class CropTests(unittest.TestCase):
    def setUp(self):
        self.parity = json.loads((PARITY / "cases.json").read_text())

    def test_equals_the_saved_crops(self):
        template, size = np.array(self.parity["template"]), self.parity["size"]
        self.assertGreaterEqual(len(self.parity["cases"]), 5)
        for case in self.parity["cases"]:
            image = np.asarray(Image.open(PARITY / case["image"]))
            expected = np.fromfile(PARITY / case["expected"], "<f4").reshape(size, size, 3)
            np.testing.assert_allclose(crop_aligned(image, case["points"], template, size), expected, atol=1e-3, err_msg=case["name"])

    def test_equals_the_definition_in_a_loop(self):
        template = np.array(self.parity["template"]) / 4
        for case in self.parity["cases"]:
            image = np.asarray(Image.open(PARITY / case["image"]))
            transform = similarity(case["points"], template)
            np.testing.assert_allclose(crop_aligned(image, case["points"], template, 16), crop_by_loop(image, transform, 16), atol=0.02, err_msg=case["name"])

    def test_similarity_recovers_a_known_transform(self):
        source = np.array([[0.0, 0], [4, 0], [2, 3], [1, 7]])
        angle, scale = 0.3, 1.7
        turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        found = similarity(source, source @ turn.T + [5, -2])
        np.testing.assert_allclose(found, np.concatenate([turn, [[5], [-2]]], 1), atol=1e-12)

    def test_similarity_never_reflects(self):
        source = np.array([[0.0, 0], [4, 0], [2, 3], [1, 7]])
        found = similarity(source, source * [-1, 1])
        self.assertGreater(np.linalg.det(found[:, :2]), 0)

    def test_similarity_of_coinciding_points_is_an_error(self):
        with self.assertRaises(ValueError):
            similarity(np.ones((4, 2)), np.eye(4, 2))

    def test_margin_surrounds_the_same_crop(self):
        case = self.parity["cases"][2]
        image, template = np.asarray(Image.open(PARITY / case["image"])), np.array(self.parity["template"])
        plain, wide = crop_aligned(image, case["points"], template, 64), crop_aligned(image, case["points"], template, 64, margin=8)
        np.testing.assert_allclose(wide[8:-8, 8:-8], plain, atol=1e-3)
