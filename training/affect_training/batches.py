"""Which samples make up step s: a pure function of seed and step, so that a resumed training continues with the same batches."""
import numpy as np

from .data.faceset import FaceSet
from .labels import EXPRESSIONS


def balanced_probabilities(expression: np.ndarray, exponent: float) -> np.ndarray:
    """Drawing probabilities ∝ 1 / (share of the sample's most likely expression)^exponent. Samples without an expression count as one class."""
    winner = np.where(np.isnan(expression).any(1), len(EXPRESSIONS), np.nan_to_num(expression).argmax(1))
    counts = np.bincount(winner, minlength=len(EXPRESSIONS) + 1)
    weights = (len(winner) / np.maximum(counts, 1)) ** exponent
    drawn = weights[winner]
    return drawn / drawn.sum()


class BatchPlan:
    """Draws `count` samples of each set a step (domain-aware batches): without replacement a pass, or balanced with replacement."""

    def __init__(self, sets: list[FaceSet], counts: list[int], balances: list[float], seed: int):
        self.sets, self.counts, self.seed = sets, counts, seed
        self.probabilities = [balanced_probabilities(s.labels.expression, b) if b else None for s, b in zip(sets, balances)]

    def rows(self, step: int) -> list[np.ndarray]:
        return [self._draw(index, step) for index in range(len(self.sets))]

    def _draw(self, index: int, step: int) -> np.ndarray:
        count, size = self.counts[index], len(self.sets[index])
        if self.probabilities[index] is not None:
            return np.random.default_rng([self.seed, index, step]).choice(size, count, p=self.probabilities[index])
        places = np.arange(step * count, (step + 1) * count)
        passes = [np.random.default_rng([self.seed, index, p]).permutation(size) for p in range(places[0] // size, places[-1] // size + 1)]
        return np.concatenate(passes)[places - places[0] // size * size]

    def batch(self, step: int) -> tuple[np.ndarray, dict[str, np.ndarray], np.ndarray]:
        """Crops uint8 [N, S, S, 3], labels by task, task weights float32 [N, 3]."""
        picked = [faces.take(rows) for faces, rows in zip(self.sets, self.rows(step))]
        join = lambda pick: np.concatenate([pick(p) for p in picked])
        labels = {task: join(lambda p: getattr(p.labels, task)) for task in ("expression", "va", "au")}
        return join(lambda p: p.crops), labels, join(lambda p: p.labels.weight)
