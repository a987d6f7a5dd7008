"""Wrong labels on purpose: to measure what noise costs and what a robust loss wins back. Only ever applied to training sets."""
import numpy as np

from .data.faceset import FaceSet
from .labels import EXPRESSIONS


def corrupt_expressions(faces: FaceSet, share: float, seed: int) -> np.ndarray:
    """Symmetric noise: `share` of the rows that hold an expression get a certain other class than their most voted one, each of the seven equally likely.

    Returns the rows changed. The same seed changes the same rows, so that a resumed training and every loss under test see the same labels.
    """
    generator = np.random.default_rng([seed, 40])
    known = np.flatnonzero(~np.isnan(faces.labels.expression).any(1))
    changed = generator.choice(known, round(share * len(known)), replace=False)
    winner = faces.labels.expression[changed].argmax(1)
    other = (winner + generator.integers(1, len(EXPRESSIONS), len(changed))) % len(EXPRESSIONS)
    faces.labels.expression[changed] = np.eye(len(EXPRESSIONS), dtype=np.float32)[other]
    return changed
