"""The quality table of a model:  python3 -m affect_training.evaluate MODEL.pt --expression TEST.npz --va-au HELDOUT.npz [--calibration C.json] -o quality.json

Every figure has a 95 % percentile-bootstrap interval over faces. A class or AU without support is null, not 0.
"""
import argparse
import json
import pathlib
from collections.abc import Callable

import numpy as np
import torch
import torch.nn.functional as F

from . import checkpoint, metrics
from .calibrate import plurality, sigmoid, softmax
from .data.faceset import FaceSet
from .labels import ACTION_UNITS, EXPRESSIONS
from .predict import raw_outputs

ROUNDS = 500  # of the bootstrap
SUPPORT = 10  # positives that an AU needs to enter the mean F1


def grey(images: torch.Tensor) -> torch.Tensor:
    weights = torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)
    return (images * weights).sum(1, keepdim=True).expand(-1, 3, -1, -1)


def smaller(side: int):
    """As if the face had been `side` pixels wide in the video: averaged down, then sampled up."""
    def change(images: torch.Tensor) -> torch.Tensor:
        small = F.interpolate(images, size=side, mode="area")
        return F.interpolate(small, size=images.shape[-1], mode="bilinear", align_corners=False)
    return change


def _figure(metric, *arrays) -> dict:
    low, high = metrics.bootstrap_interval(metric, arrays, ROUNDS)
    return {"value": round(float(metric(*arrays)), 4), "low": round(low, 4), "high": round(high, 4)}


def expression_figures(truth: np.ndarray, logits: np.ndarray, temperature: float) -> dict:
    classes = len(EXPRESSIONS)
    winner = logits.argmax(1)
    f1 = metrics.class_f1(truth, winner, classes)
    support = np.bincount(truth, minlength=classes)
    correct = winner == truth
    return {
        "faces": len(truth),
        "accuracy": _figure(lambda t, p: (t == p).mean(), truth, winner),
        "macro_f1": _figure(lambda t, p: metrics.macro_f1(t, p, classes), truth, winner),
        "f1": {name: (round(float(f1[i]), 4) if support[i] else None) for i, name in enumerate(EXPRESSIONS)},
        "support": dict(zip(EXPRESSIONS, support.tolist())),
        "ece_before": round(metrics.expected_calibration_error(softmax(logits).max(1), correct), 4),
        "ece_after": round(metrics.expected_calibration_error(softmax(logits, temperature).max(1), correct), 4),
        "confusion": metrics.confusion(truth, winner, classes).tolist(),
    }


def va_figures(truth: np.ndarray, prediction: np.ndarray) -> dict:
    result = {"faces": len(truth)}
    for index, name in enumerate(("valence", "arousal")):
        t, p = truth[:, index], prediction[:, index]
        result[name] = {"ccc": _figure(metrics.ccc, t, p), "pcc": round(metrics.pcc(t, p), 4), "rmse": round(metrics.rmse(t, p), 4),
                        "sagr": round(float((np.sign(t) == np.sign(p)).mean()), 4)}
    return result


def au_figures(scores: np.ndarray, logits: np.ndarray, temperature: float, thresholds: list[float]) -> dict:
    """F1 against score >= 0.5: at probability 0.5 and at the model's thresholds; the mean over AUs with at least SUPPORT positives."""
    known, probability = ~np.isnan(scores), sigmoid(logits, temperature)
    truth = known & (scores >= 0.5)
    support = truth.sum(0)
    counted = np.flatnonzero(support >= SUPPORT)
    mean_f1 = lambda t, p: float(np.nanmean([metrics.binary_f1(t[:, i], p[:, i]) for i in counted])) if len(counted) else float("nan")
    each = lambda p: {name: (round(metrics.binary_f1(truth[:, i], p[:, i]), 4) if support[i] else None) for i, name in enumerate(ACTION_UNITS)}
    correlation = lambda i: round(metrics.pcc(scores[known[:, i], i], probability[known[:, i], i]), 4) if known[:, i].sum() > 1 else None
    at_half, at_chosen = known & (probability >= 0.5), known & (probability >= np.array(thresholds))
    return {"faces": len(scores), "support": dict(zip(ACTION_UNITS, support.tolist())), "units_in_mean": [ACTION_UNITS[i] for i in counted],
            "mean_f1_at_half": _figure(mean_f1, truth, at_half), "mean_f1": _figure(mean_f1, truth, at_chosen),
            "f1_at_half": each(at_half), "f1": each(at_chosen), 
            "pcc_with_scores": {name: correlation(i) for i, name in enumerate(ACTION_UNITS)}}


#: Crops uint8 [N, S, S, 3] and a change of the images (or None) to raw outputs {task: [N, labels]}: a PyTorch model, or an ONNX file.
RawOutputs = Callable[[np.ndarray, Callable | None], dict[str, np.ndarray]]


def evaluate(model: torch.nn.Module, size: int, expression: FaceSet, va_au: FaceSet, calibration: dict | None = None) -> dict:
    return evaluate_outputs(lambda crops, change: raw_outputs(model, crops, size, change=change), expression, va_au, calibration or {})


def evaluate_outputs(raw_of: RawOutputs, expression: FaceSet, va_au: FaceSet, calibration: dict) -> dict:
    t_expression = calibration.get("expression", {}).get("temperature", 1.0)
    t_au = calibration.get("au", {}).get("temperature", 1.0)
    thresholds = calibration.get("au", {}).get("thresholds", [0.5] * len(ACTION_UNITS))
    result = {}
    logits = raw_of(expression.crops, None)
    if "expression" in logits:
        rows, truth = plurality(expression.labels.expression)
        votes = expression.labels.expression[rows]
        result["expression"] = expression_figures(truth, logits["expression"][rows], t_expression)
        clear = votes.max(1) > 0.5
        result["expression_majority"] = expression_figures(truth[clear], logits["expression"][rows][clear], t_expression)
        result["expression_by_size"] = {}
        for side in (24, 32, 48):
            small = raw_of(expression.crops, smaller(side))["expression"][rows]
            result["expression_by_size"][f"{side} px"] = round(float((small.argmax(1) == truth).mean()), 4)
    for name, change in (("", None), ("_grey", grey), ("_24_px", smaller(24)), ("_32_px", smaller(32))):
        raw = raw_of(va_au.crops, change)
        if "va" in raw:
            result["va" + name] = va_figures(va_au.labels.va, np.tanh(raw["va"]))
        if "au" in raw:
            result["au" + name] = au_figures(va_au.labels.au, raw["au"], t_au, thresholds)
        if "expression" in raw:
            rows, truth = plurality(va_au.labels.expression)
            if len(rows):
                result["expression_synthetic" + name] = round(float((raw["expression"][rows].argmax(1) == truth).mean()), 4)
    return result


def summary(result: dict) -> str:
    """The table's main lines as text."""
    show = lambda f: f"{f['value']:.3f} [{f['low']:.3f}, {f['high']:.3f}]"
    lines = []
    if "expression" in result:
        e, m = result["expression"], result["expression_majority"]
        lines += [f"expression accuracy, plurality vote ({e['faces']}): {show(e['accuracy'])}, macro-F1 {show(e['macro_f1'])}, ECE {e['ece_before']:.3f} -> {e['ece_after']:.3f}",
                  f"expression accuracy, majority vote > 1/2 ({m['faces']}): {show(m['accuracy'])}, macro-F1 {show(m['macro_f1'])}", f"  F1 {e['f1']}", f"  by size {result['expression_by_size']}"]
    for name in ("", "_grey", "_24_px", "_32_px"):
        if "va" + name in result:
            lines.append(f"va{name}: CCC valence {show(result['va' + name]['valence']['ccc'])}, arousal {show(result['va' + name]['arousal']['ccc'])}")
        if "au" + name in result:
            a = result["au" + name]
            lines.append(f"au{name}: mean F1 at 0.5 {show(a['mean_f1_at_half'])}, at thresholds {show(a['mean_f1'])} over {len(a['units_in_mean'])} AUs")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--expression", required=True, type=pathlib.Path)
    parser.add_argument("--va-au", required=True, type=pathlib.Path)
    parser.add_argument("--calibration", type=pathlib.Path)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    model, state = checkpoint.load(arguments.model)
    calibration = json.loads(arguments.calibration.read_text()) if arguments.calibration else None
    result = evaluate(model, state["config"]["crop"]["size"], FaceSet.load(arguments.expression), FaceSet.load(arguments.va_au), calibration)
    arguments.output.write_text(json.dumps(result, indent=1) + "\n")
    print(summary(result))


if __name__ == "__main__":
    main()
