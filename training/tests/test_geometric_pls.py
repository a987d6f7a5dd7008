"""PLS against scikit-learn's where it is installed, and the shape features' invariance."""
import unittest

import numpy as np

from affect_training.designs.geometric_pls import Pls, choose_components, shape_features


class PlsTests(unittest.TestCase):
    def setUp(self):
        generator = np.random.default_rng(4)
        self.x = generator.normal(size=(80, 10))
        self.y = self.x[:, :3] @ generator.normal(size=(3, 2)) + 0.1 * generator.normal(size=(80, 2))

    def test_equals_scikit_learn(self):
        try:
            from sklearn.cross_decomposition import PLSRegression
        except ImportError:
            self.skipTest("scikit-learn is not installed")
        expected = PLSRegression(3, tol=1e-12, max_iter=2000).fit(self.x, self.y).predict(self.x)
        np.testing.assert_allclose(Pls(3).fit(self.x, self.y).predict(self.x), expected, atol=1e-5)

    def test_all_components_are_least_squares(self):
        design = np.column_stack([np.ones(80), self.x])
        expected = design @ np.linalg.lstsq(design, self.y, rcond=None)[0]
        np.testing.assert_allclose(Pls(10).fit(self.x, self.y).predict(self.x), expected, atol=1e-6)

    def test_fewer_components_equal_a_smaller_fit(self):
        np.testing.assert_allclose(Pls(7).fit(self.x, self.y).predict(self.x, 3), Pls(3).fit(self.x, self.y).predict(self.x), atol=1e-10)

    def test_first_weights_converge_to_nipals(self):
        x, y = (self.x - self.x.mean(0)) / self.x.std(0), (self.y - self.y.mean(0)) / self.y.std(0)
        u = y[:, 0]
        for _ in range(300):  # the power iteration of Wold et al.
            w = x.T @ u
            w /= np.linalg.norm(w)
            q = y.T @ (x @ w)
            u = y @ q / (q @ q)
        found = Pls(1).fit(self.x, self.y).weights[:, 0]
        np.testing.assert_allclose(found * np.sign(found @ w), w, atol=1e-9)

    def test_components_are_chosen(self):
        self.assertIn(choose_components(self.x, self.y), (2, 4, 6, 8))

    def test_shape_features_ignore_position_size_and_roll(self):
        points = np.random.default_rng(1).normal(size=(3, 6, 2))
        turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])
        np.testing.assert_allclose(shape_features(points), shape_features(points @ turn.T * 3 + [5, 6]), atol=1e-12)
