"""Action units from face geometry: a teacher for faces without AU labels, where a network has only a few hundred labelled faces to learn from.

    python3 -m affect_training.mesh_teacher --labelled SET.npz MESH.npz --predict MESH.npz OUTPUT.npz [--predict ...] [--test SET.npz MESH.npz]

MESH.npz is what tools/face_mesh.py wrote. Features: the blendshapes and the landmarks (x, y), centred and scaled to unit size. The teacher is the mean of a ridge
regression and extremely randomised trees (Geurts et al. 2006), fitted on the labelled set's scores. OUTPUT.npz: `names`, `au` float32 [N, 12] in [0, 1].
"""
import argparse

import numpy as np
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from . import metrics
from .data.faceset import FaceSet
from .labels import ACTION_UNITS


def features(shapes: np.ndarray, points: np.ndarray) -> np.ndarray:
    """float64 [N, 52 + 956]. The crops are aligned by the eyes already, so position and size are all that is taken out."""
    flat = points[:, :, :2].astype(np.float64)
    flat = flat - flat.mean(1, keepdims=True)
    flat /= np.sqrt((flat ** 2).sum((1, 2), keepdims=True))
    return np.concatenate([shapes, flat.reshape(len(flat), -1)], 1)


def load_features(path: str) -> dict[str, np.ndarray]:
    with np.load(path) as data:
        return dict(zip(data["names"].tolist(), features(data["shapes"], data["points"])))


class MeshTeacher:
    def __init__(self, geometry: np.ndarray, scores: np.ndarray, seed: int = 0):
        self.ridge = make_pipeline(StandardScaler(), RidgeCV(alphas=np.logspace(0, 5, 11))).fit(geometry, scores)
        self.trees = ExtraTreesRegressor(300, min_samples_leaf=3, max_features=0.2, random_state=seed).fit(geometry, scores)

    def predict(self, geometry: np.ndarray) -> np.ndarray:
        return np.clip((self.ridge.predict(geometry) + self.trees.predict(geometry)) / 2, 0, 1).astype(np.float32)


def labelled(faces: FaceSet, geometry: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    rows = [r for r, name in enumerate(faces.labels.names) if name in geometry and not np.isnan(faces.labels.au[r]).any()]
    if not rows:
        raise ValueError(f"{faces.name}: no face has both AU scores and a mesh; are they of the same images?")
    return np.stack([geometry[faces.labels.names[r]] for r in rows]), faces.labels.au[rows]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--labelled", nargs=2, required=True)
    parser.add_argument("--predict", nargs=2, action="append", default=[])
    parser.add_argument("--test", nargs=2)
    arguments = parser.parse_args()
    teacher = MeshTeacher(*labelled(FaceSet.load(arguments.labelled[0]), load_features(arguments.labelled[1])))
    if arguments.test:
        geometry, truth = labelled(FaceSet.load(arguments.test[0]), load_features(arguments.test[1]))
        predicted = teacher.predict(geometry)
        for index, unit in enumerate(ACTION_UNITS):
            print(f"{unit}: CCC {metrics.ccc(truth[:, index], predicted[:, index]):.3f}, {int((truth[:, index] >= 0.5).sum())} positives, "
                  f"F1 at 0.5 {metrics.binary_f1(truth[:, index] >= 0.5, predicted[:, index] >= 0.5):.3f}")
    for mesh, output in arguments.predict:
        geometry = load_features(mesh)
        np.savez(output, names=np.array(list(geometry)), au=teacher.predict(np.stack(list(geometry.values()))))
        print(f"{output}: {len(geometry)} faces")


if __name__ == "__main__":
    main()
