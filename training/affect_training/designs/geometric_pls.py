"""The geometric baseline for valence and arousal: landmark positions into partial least squares, no pixels.

    python3 -m affect_training.designs.geometric_pls --landmarks L.npz --train TRAIN.npz --test HELDOUT.npz

Features: landmarks [K, 2] moved to zero mean and unit size and turned so that the eyes' line is level (L.npz: `names`, `points` [N, K, 2]; the first two points
are the right and left eye unless --eyes names others). PLS2 (Wold et al., 2001); the number of components is chosen by cross-validation.
The papers leave the features open; plain aligned coordinates are our choice.
"""
import argparse
import pathlib

import numpy as np

from .. import metrics
from ..data.faceset import FaceSet


def shape_features(points: np.ndarray, eyes: tuple[int, int] = (0, 1)) -> np.ndarray:
    """float64 [N, 2K] from [N, K, 2]: without position, size and roll."""
    centred = points - points.mean(1, keepdims=True)
    centred = centred / np.sqrt((centred ** 2).sum((1, 2), keepdims=True))
    line = centred[:, eyes[1]] - centred[:, eyes[0]]
    angle = -np.arctan2(line[:, 1], line[:, 0])
    turn = np.stack([np.stack([np.cos(angle), -np.sin(angle)], -1), np.stack([np.sin(angle), np.cos(angle)], -1)], 1)
    return np.einsum("nij,nkj->nki", turn, centred).reshape(len(points), -1)


class Pls:
    """PLS2 regression with standardised columns."""

    def __init__(self, components: int):
        self.components = components

    def fit(self, x: np.ndarray, y: np.ndarray) -> "Pls":
        self.x_mean, self.x_scale = x.mean(0), np.maximum(x.std(0), 1e-12)
        self.y_mean, self.y_scale = y.mean(0), np.maximum(y.std(0), 1e-12)
        x, y = (x - self.x_mean) / self.x_scale, (y - self.y_mean) / self.y_scale
        weights, loadings, targets = [], [], []
        for _ in range(self.components):
            shared = x.T @ y
            # NIPALS' inner loop is a power iteration on shared · shared': its end, in one step.
            w = shared @ np.linalg.eigh(shared.T @ shared)[1][:, -1]
            w /= np.linalg.norm(w)
            t = x @ w
            q = y.T @ t / (t @ t)
            p = x.T @ t / (t @ t)
            x, y = x - np.outer(t, p), y - np.outer(t, q)
            weights.append(w), loadings.append(p), targets.append(q)
        self.weights, self.loadings, self.targets = np.array(weights).T, np.array(loadings).T, np.array(targets).T
        return self

    def predict(self, x: np.ndarray, components: int | None = None) -> np.ndarray:
        """With fewer `components` than were fitted: the same as a fit with only these."""
        w, p, q = (m[:, :components or self.components] for m in (self.weights, self.loadings, self.targets))
        return (x - self.x_mean) / self.x_scale @ (w @ np.linalg.solve(p.T @ w, q.T)) * self.y_scale + self.y_mean


def choose_components(x: np.ndarray, y: np.ndarray, most: int = 40, folds: int = 5) -> int:
    """The number of components with the least cross-validated squared error; folds are contiguous blocks."""
    fold = np.arange(len(x)) * folds // len(x)
    candidates = [c for c in (2, 4, 6, 8, 12, 16, 20, 30, 40) if c <= min(most, x.shape[1])]
    fits = [Pls(candidates[-1]).fit(x[fold != f], y[fold != f]) for f in range(folds)]
    errors = [sum(((fit.predict(x[fold == f], c) - y[fold == f]) ** 2).sum() for f, fit in enumerate(fits)) for c in candidates]
    return candidates[int(np.argmin(errors))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--landmarks", required=True, type=pathlib.Path)
    parser.add_argument("--train", required=True, type=pathlib.Path)
    parser.add_argument("--test", required=True, type=pathlib.Path)
    parser.add_argument("--eyes", nargs=2, type=int, default=(0, 1))
    arguments = parser.parse_args()
    with np.load(arguments.landmarks) as data:
        points = dict(zip(data["names"].tolist(), data["points"][..., :2]))

    def rows(path: pathlib.Path) -> tuple[np.ndarray, np.ndarray]:
        labels = FaceSet.load(path).labels
        usable = [i for i, name in enumerate(labels.names) if name in points and not np.isnan(labels.va[i]).any()]
        return shape_features(np.stack([points[labels.names[i]] for i in usable]), tuple(arguments.eyes)), labels.va[usable]

    (x, y), (x_test, y_test) = rows(arguments.train), rows(arguments.test)
    components = choose_components(x, y)
    predicted = Pls(components).fit(x, y).predict(x_test)
    for index, name in enumerate(("valence", "arousal")):
        low, high = metrics.bootstrap_interval(metrics.ccc, (y_test[:, index], predicted[:, index]), 500)
        print(f"{name}: CCC {metrics.ccc(y_test[:, index], predicted[:, index]):.3f} [{low:.3f}, {high:.3f}], {components} components, {len(x)} train, {len(x_test)} test")


if __name__ == "__main__":
    main()
