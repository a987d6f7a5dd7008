"""Metrics of the tasks. CCC and PCC use population moments (division by n), as the ABAW protocol does."""
import numpy as np


def ccc(truth: np.ndarray, prediction: np.ndarray) -> float:
    """Concordance correlation 2·cov / (var_t + var_p + (mean_t - mean_p)²). NaN where both are constant and equal."""
    t, p = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    covariance = ((t - t.mean()) * (p - p.mean())).mean()
    denominator = t.var() + p.var() + (t.mean() - p.mean()) ** 2
    return float(2 * covariance / denominator) if denominator > 0 else float("nan")


def pcc(truth: np.ndarray, prediction: np.ndarray) -> float:
    t, p = np.asarray(truth, np.float64), np.asarray(prediction, np.float64)
    spread = t.std() * p.std()
    return float(((t - t.mean()) * (p - p.mean())).mean() / spread) if spread > 0 else float("nan")


def rmse(truth: np.ndarray, prediction: np.ndarray) -> float:
    return float(np.sqrt(((np.asarray(truth, np.float64) - prediction) ** 2).mean()))


def binary_f1(truth: np.ndarray, prediction: np.ndarray) -> float:
    """F1 of the positive class; NaN (absent, not 0) where neither truth nor prediction holds a positive."""
    true_positives = float(np.sum(truth & prediction))
    total = float(np.sum(truth) + np.sum(prediction))
    return 2 * true_positives / total if total > 0 else float("nan")


def class_f1(truth: np.ndarray, prediction: np.ndarray, classes: int) -> np.ndarray:
    """F1 per class; NaN for a class that neither truth nor prediction holds."""
    return np.array([binary_f1(truth == c, prediction == c) for c in range(classes)])


def macro_f1(truth: np.ndarray, prediction: np.ndarray, classes: int) -> float:
    """Mean F1 over the classes that the truth holds."""
    present = np.bincount(truth, minlength=classes) > 0
    return float(np.nanmean(class_f1(truth, prediction, classes)[present]))


def confusion(truth: np.ndarray, prediction: np.ndarray, classes: int) -> np.ndarray:
    """int64 [classes, classes]; rows are the truth."""
    return np.bincount(truth * classes + prediction, minlength=classes * classes).reshape(classes, classes)


def expected_calibration_error(confidence: np.ndarray, correct: np.ndarray, bins: int = 15) -> float:
    """ECE (Guo et al. 2017) with equal-width bins: the mean of |accuracy - confidence| weighted by the bins' shares."""
    index = np.minimum((confidence * bins).astype(int), bins - 1)
    total = 0.0
    for b in range(bins):
        inside = index == b
        if inside.any():
            total += inside.mean() * abs(correct[inside].mean() - confidence[inside].mean())
    return float(total)


def bootstrap_interval(metric, arrays, rounds: int = 1000, seed: int = 0, level: float = 0.95) -> tuple[float, float]:
    """Percentile bootstrap interval of metric(*arrays), resampling rows together."""
    generator = np.random.default_rng(seed)
    count = len(arrays[0])
    values = []
    for _ in range(rounds):
        rows = generator.integers(0, count, count)
        values.append(metric(*(a[rows] for a in arrays)))
    low, high = np.nanpercentile(values, [50 * (1 - level), 50 * (1 + level)])
    return float(low), float(high)
