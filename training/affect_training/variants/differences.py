"""What a variant costs in quality: its figures minus the float32 model's on the same faces, with paired bootstrap intervals."""
import numpy as np

from .. import metrics
from ..calibrate import plurality, sigmoid
from ..compare import au_mean_f1
from ..data.faceset import FaceSet

ROUNDS = 1000


def differences(tested: tuple[dict, dict], held: tuple[dict, dict], expression: FaceSet, va_au: FaceSet, calibration: dict) -> dict[str, dict]:
    """Pairs are (variant, float32) raw outputs on the two test sets. Figures: name -> value (variant minus float32), low, high (95 %)."""
    rows, truth = plurality(expression.labels.expression)
    winners = [raw["expression"][rows].argmax(1) for raw in tested]
    thresholds, temperature = np.array(calibration["au"]["thresholds"]), calibration["au"]["temperature"]
    scores = va_au.labels.au >= 0.5
    at = lambda limit: [sigmoid(raw["au"], temperature) >= limit for raw in held]
    va = [np.tanh(raw["va"]) for raw in held]

    def of(metric, truth, pair) -> dict:
        difference = lambda t, a, b: metric(t, a) - metric(t, b)
        low, high = metrics.bootstrap_interval(difference, (truth, *pair), ROUNDS)
        return {"value": round(float(difference(truth, *pair)), 4), "low": round(low, 4), "high": round(high, 4)}

    return {
        "accuracy": of(lambda t, p: (t == p).mean(), truth, winners),
        "macro_f1": of(lambda t, p: metrics.macro_f1(t, p, 8), truth, winners),
        "ccc_valence": of(metrics.ccc, va_au.labels.va[:, 0], [v[:, 0] for v in va]),
        "ccc_arousal": of(metrics.ccc, va_au.labels.va[:, 1], [v[:, 1] for v in va]),
        "au_f1_at_half": of(au_mean_f1, scores, at(0.5)),
        "au_f1": of(au_mean_f1, scores, at(thresholds)),
        "same_expression": round(float((winners[0] == winners[1]).mean()), 4),
    }
