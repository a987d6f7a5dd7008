"""The aligned face crop, exactly as the inference pipeline cuts it ("bilinear-mip"); tests/data/crop-parity pins both sides.

Coordinates are pixels with the origin at the top-left CORNER of the image: the first pixel's centre is (0.5, 0.5).
"""
import math

import numpy as np


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The least-squares similarity transform (Umeyama 1991, without reflection) from source to target points.

    Points are [K, 2]; the result is float64 [2, 3] with target ≈ M[:, :2] @ source + M[:, 2].
    """
    source, target = np.asarray(source, np.float64), np.asarray(target, np.float64)
    from_mean, to_mean = source.mean(0), target.mean(0)
    p, q = source - from_mean, target - to_mean
    norm = (p ** 2).sum()
    if norm <= 1e-12:
        raise ValueError("similarity: the source points coincide")
    a = (p * q).sum() / norm
    b = (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum() / norm
    linear = np.array([[a, -b], [b, a]])
    return np.concatenate([linear, (to_mean - linear @ from_mean)[:, None]], 1)


def block_average(image: np.ndarray, factor: int) -> np.ndarray:
    """float32 [H, W, C] averaged over factor x factor blocks aligned to the origin; partial blocks average what is there."""
    if factor == 1:
        return image.astype(np.float32)
    rows, columns = (np.arange(0, side, factor) for side in image.shape[:2])
    sums = np.add.reduceat(np.add.reduceat(image.astype(np.float64), rows, 0), columns, 1)
    heights = np.diff(np.append(rows, image.shape[0]))[:, None, None]
    widths = np.diff(np.append(columns, image.shape[1]))[None, :, None]
    return (sums / (heights * widths)).astype(np.float32)


def bilinear(image: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Samples float32 [H, W, C] at corner-origin positions, with the edge replicated."""
    height, width = image.shape[:2]
    u, v = x - 0.5, y - 0.5
    left, top = np.floor(u).astype(np.int64), np.floor(v).astype(np.int64)
    fu, fv = (u - left)[..., None].astype(np.float32), (v - top)[..., None].astype(np.float32)
    x0, x1 = np.clip(left, 0, width - 1), np.clip(left + 1, 0, width - 1)
    y0, y1 = np.clip(top, 0, height - 1), np.clip(top + 1, 0, height - 1)
    upper = image[y0, x0] * (1 - fu) + image[y0, x1] * fu
    lower = image[y1, x0] * (1 - fu) + image[y1, x1] * fu
    return upper * (1 - fv) + lower * fv


def crop_aligned(image: np.ndarray, points: np.ndarray, template: np.ndarray, size: int, margin: int = 0) -> np.ndarray:
    """Cuts the face whose `points` [K, 2] go to `template` [K, 2] (pixels of a size x size crop) out of uint8 [H, W, C].

    `margin` adds that many pixels on every side at the same scale. Returns float32 [size + 2 margin, size + 2 margin, C] in 0..255.
    """
    transform = similarity(points, np.asarray(template) + margin)
    inverse = np.linalg.inv(transform[:, :2])
    source_pixels_per_crop_pixel = 1 / math.hypot(transform[0, 0], transform[1, 0])
    factor = max(1, math.floor(source_pixels_per_crop_pixel))
    centres = np.arange(size + 2 * margin) + 0.5
    grid = np.stack(np.meshgrid(centres, centres), -1)
    at = (grid - transform[:, 2]) @ inverse.T / factor
    return bilinear(block_average(image, factor), at[..., 0], at[..., 1])
