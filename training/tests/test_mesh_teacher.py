"""The AU teacher that reads face geometry, and its answers as pseudo-labels."""
import pathlib
import tempfile
import unittest

import numpy as np

from affect_training.data.faceset import FaceSet, Labels
from affect_training.mesh_teacher import MeshTeacher, features, labelled
from affect_training.pseudo_labels import add_pseudo_labels


def faces(names: list[str], name: str = "set") -> FaceSet:
    return FaceSet(name, np.zeros((len(names), 12, 12, 3), np.uint8), Labels.empty(names))


class MeshTeacherTest(unittest.TestCase):
    def test_features_do_not_change_with_position_and_size(self):
        random = np.random.default_rng(1)
        shapes, points = random.random((3, 52)), random.random((3, 478, 3))
        np.testing.assert_allclose(features(shapes, points), features(shapes, points * 2.5 + 7), atol=1e-12)
        self.assertGreater(np.abs(features(shapes, points) - features(shapes, points ** 2)).max(), 1e-4)

    def test_teacher_finds_what_geometry_tells(self):
        random = np.random.default_rng(2)
        geometry = random.normal(size=(400, 20))
        scores = 1 / (1 + np.exp(-2 * geometry[:, :12]))
        predicted = MeshTeacher(geometry[:300], scores[:300]).predict(geometry[300:])
        self.assertLess(np.abs(predicted - scores[300:]).mean(), 0.5 * np.abs(scores[300:] - scores[:300].mean(0)).mean())
        self.assertTrue((predicted >= 0).all() and (predicted <= 1).all())

    def test_sets_of_other_images_are_an_error(self):
        with self.assertRaisesRegex(ValueError, "same images"):
            labelled(faces(["a"]), {"b": np.zeros(3)})


class PseudoLabelTableTest(unittest.TestCase):
    def test_rows_go_by_name_and_real_labels_win(self):
        with tempfile.TemporaryDirectory() as folder:
            table = str(pathlib.Path(folder, "au.npz"))
            np.savez(table, names=np.array(["b", "a", "elsewhere"]), au=np.array([[0.2] * 12, [0.1] * 12, [0.9] * 12], np.float32))
            mine, other = faces(["a", "b", "c"]), faces(["a"], "other")
            mine.labels.au[1, 0] = 1.0
            add_pseudo_labels([mine, other], {"teachers": [], "tables": {"set": table}, "weight": {"au": 0.3}}, 10)
            np.testing.assert_allclose(mine.labels.au[:2], [[0.1] * 12, [1.0] + [0.2] * 11], rtol=1e-6)
            self.assertTrue(np.isnan(mine.labels.au[2]).all() and np.isnan(other.labels.au).all())
            np.testing.assert_allclose(mine.labels.weight[:2, 2], [0.3, 1.0], rtol=1e-6)

    def test_table_of_another_set_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            table = str(pathlib.Path(folder, "au.npz"))
            np.savez(table, names=np.array(["x"]), au=np.zeros((1, 12), np.float32))
            with self.assertRaisesRegex(ValueError, "none of the faces"):
                add_pseudo_labels([faces(["a"])], {"teachers": [], "tables": {"set": table}}, 10)


if __name__ == "__main__":
    unittest.main()
