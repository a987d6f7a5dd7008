"""The range of values that an int8 tensor should cover, from a histogram of what it held on calibration faces."""
import numpy as np

LEVELS = 255
SHARES = np.linspace(0.3, 1.0, 71)


def best_range(low: float, high: float, counts: list[int]) -> tuple[float, float]:
    """The range c·[low, high], 0.3 <= c <= 1, with the least expected squared error: rounding inside (step² / 12) against clipping outside. It always holds 0."""
    counts = np.asarray(counts, float)
    centres = low + (np.arange(len(counts)) + 0.5) * (high - low) / len(counts)
    low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= 0:
        return 0.0, 1.0

    def error(share: float) -> float:
        bottom, top = low * share, high * share
        outside = np.maximum(bottom - centres, 0) + np.maximum(centres - top, 0)
        return float((counts * np.where(outside > 0, outside ** 2, ((top - bottom) / LEVELS) ** 2 / 12)).sum())

    share = min(SHARES, key=error)
    return float(low * share), float(high * share)


def scale_and_zero(low: float, high: float) -> tuple[float, int]:
    """value = (q - zero) · scale for q in 0…255; 0 is met exactly."""
    scale = (high - low) / LEVELS
    return scale, int(round(-low / scale))
