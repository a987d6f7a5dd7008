"""Temperatures and thresholds, fitted on validation data:  python3 -m affect_training.calibrate MODEL.pt --expression SET.npz --au SET.npz -o calibration.json

A temperature divides the logits before softmax or sigmoid (Guo et al., 1706.04599): it changes confidence, never the winner.
"""
import argparse
import json
import pathlib

import numpy as np
import torch

from . import checkpoint, metrics
from .data.faceset import FaceSet
from .predict import raw_outputs

FEWEST_POSITIVES = 5
SMOOTHING = 4  # steps of 0.01 to each side


def softmax(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    shifted = logits / temperature - (logits / temperature).max(1, keepdims=True)
    return np.exp(shifted) / np.exp(shifted).sum(1, keepdims=True)


def sigmoid(logits: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    return 1 / (1 + np.exp(-logits / temperature))


def fit_temperature(logits: np.ndarray, target: np.ndarray, kind: str) -> float:
    """The temperature with the least log-loss, by golden-section search of log T in [0.25, 4]. Targets may be soft; what is NaN is left out."""
    known = ~np.isnan(target).any(1) if kind == "softmax" else ~np.isnan(target)
    logits, target = logits[known].astype(np.float64), target[known].astype(np.float64)
    if not len(logits):
        return 1.0

    def loss(log_temperature: float) -> float:
        p = (softmax if kind == "softmax" else sigmoid)(logits, np.exp(log_temperature)).clip(1e-9, 1 - 1e-9)
        terms = target * np.log(p) if kind == "softmax" else target * np.log(p) + (1 - target) * np.log(1 - p)
        return -terms.mean()

    low, high, ratio = np.log(0.25), np.log(4.0), (np.sqrt(5) - 1) / 2
    for _ in range(60):
        a, b = high - ratio * (high - low), low + ratio * (high - low)
        low, high = (low, b) if loss(a) < loss(b) else (a, high)
    return float(np.exp((low + high) / 2))


def fit_thresholds(probability: np.ndarray, scores: np.ndarray) -> list[float]:
    """Per AU the threshold in 0.15…0.75 with the best F1 against score >= 0.5 (NaN left out); 0.5 for an AU with too few positives (or negatives) to choose by.

    F1 over thresholds is jagged with the few positives there are, so it is averaged over +-0.04 first; of equally good thresholds the middle one is taken.
    """
    thresholds = []
    for unit in range(scores.shape[1]):
        known = ~np.isnan(scores[:, unit])
        truth, p = scores[known, unit] >= 0.5, probability[known, unit]
        positives = int(truth.sum())
        if min(positives, len(truth) - positives) < FEWEST_POSITIVES:
            thresholds.append(0.5)
            continue
        grid = np.round(np.arange(0.15, 0.751, 0.01), 2)
        f1 = np.array([metrics.binary_f1(truth, p >= t) for t in grid])
        smooth = np.convolve(np.pad(np.nan_to_num(f1), SMOOTHING, mode="edge"), np.full(2 * SMOOTHING + 1, 1 / (2 * SMOOTHING + 1)), "valid")
        best = grid[smooth >= smooth.max() - 1e-9]
        thresholds.append(float(best[len(best) // 2]))
    return thresholds


def plurality(expression: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Rows that hold an expression, and the most voted class of each (the first of equals)."""
    known = np.flatnonzero(~np.isnan(expression).any(1))
    return known, expression[known].argmax(1)


def one_hot(expression: np.ndarray) -> np.ndarray:
    known, winner = plurality(expression)
    target = np.full_like(expression, np.nan)
    target[known] = np.eye(expression.shape[1])[winner]
    return target


def calibrate(model: torch.nn.Module, size: int, expression: FaceSet, au: FaceSet) -> dict:
    """Expression: temperature against the winning vote. AU: temperature against the scores, then thresholds against score >= 0.5."""
    logits = raw_outputs(model, expression.crops, size)["expression"]
    au_logits = raw_outputs(model, au.crops, size)["au"]
    temperature = fit_temperature(au_logits, au.labels.au, "sigmoid")
    return {"expression": {"temperature": round(fit_temperature(logits, one_hot(expression.labels.expression), "softmax"), 4)},
            "au": {"temperature": round(temperature, 4),
                   "thresholds": fit_thresholds(sigmoid(au_logits, temperature), au.labels.au)}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--expression", required=True, type=pathlib.Path)
    parser.add_argument("--au", required=True, type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    model, state = checkpoint.load(arguments.model)
    result = calibrate(model, state["config"]["crop"]["size"], FaceSet.load(arguments.expression), FaceSet.load(arguments.au))
    arguments.output.write_text(json.dumps(result, indent=2) + "\n")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
