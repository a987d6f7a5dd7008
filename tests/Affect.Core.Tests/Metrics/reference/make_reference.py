#!/usr/bin/python3
"""Writes reference.json beside this file: metric cases computed by numpy and scikit-learn (Debian: python3-numpy, python3-sklearn).

The figures that our accumulators define as null are null here too, and each is decided by this script, not copied from ours:
no pairs, a constant truth (CCC, PCC), a constant prediction (PCC), a class or unit that is in neither truth nor prediction.
"""
import json
import os

import numpy as np
import sklearn
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

rng = np.random.default_rng(20261122)


def regression(name, truth, prediction):
    t = np.round(np.asarray(truth, dtype=np.float64), 6)
    p = np.round(np.asarray(prediction, dtype=np.float64), 6)
    case = {"name": name, "truth": t.tolist(), "prediction": p.tolist(), "ccc": None, "pcc": None, "rmse": None, "sagr": None}
    if len(t):
        case["rmse"] = float(np.sqrt(np.mean((t - p) ** 2)))
        case["sagr"] = float(np.mean(np.sign(t) == np.sign(p)))
        # Two passes in extended precision: the reference must not suffer from what it is to find.
        lt, lp = t.astype(np.longdouble), p.astype(np.longdouble)
        cov = np.mean((lt - lt.mean()) * (lp - lp.mean()))
        if t.min() != t.max():
            case["ccc"] = float(2 * cov / (lt.var() + lp.var() + (lt.mean() - lp.mean()) ** 2))
            if p.min() != p.max():
                case["pcc"] = float(cov / np.sqrt(lt.var() * lp.var()))
                check = float(np.corrcoef(t, p)[0, 1])
                assert abs(check - case["pcc"]) < 1e-6, (name, check, case["pcc"])
    return case


def expression(name, classes, truth, prediction):
    t, p = np.asarray(truth, dtype=int), np.asarray(prediction, dtype=int)
    case = {"name": name, "classes": classes, "truth": t.tolist(), "prediction": p.tolist(), "macroF1": None, "accuracy": None}
    labels = list(range(classes))
    present = sorted(set(t.tolist()) | set(p.tolist()))
    case["confusion"] = confusion_matrix(t, p, labels=labels).tolist() if len(t) else [[0] * classes] * classes
    case["f1"], case["precision"], case["recall"] = [None] * classes, [None] * classes, [None] * classes
    if len(t):
        case["macroF1"] = float(f1_score(t, p, average="macro"))
        case["accuracy"] = float(accuracy_score(t, p))
        f1 = f1_score(t, p, labels=labels, average=None, zero_division=0)
        precision = precision_score(t, p, labels=labels, average=None, zero_division=0)
        recall = recall_score(t, p, labels=labels, average=None, zero_division=0)
        for c in labels:
            case["f1"][c] = float(f1[c]) if c in present else None
            case["precision"][c] = float(precision[c]) if c in p else None
            case["recall"][c] = float(recall[c]) if c in t else None
    return case


def units(name, truth, prediction):
    t, p = np.asarray(truth, dtype=int), np.asarray(prediction, dtype=int)
    case = {"name": name, "truth": t.tolist(), "prediction": p.tolist(), "f1": [], "accuracy": [], "meanF1": None}
    for u in range(t.shape[1]):
        valid = t[:, u] >= 0  # -1: not annotated
        tu, pu = t[valid, u], p[valid, u]
        case["accuracy"].append(float(accuracy_score(tu, pu)) if len(tu) else None)
        case["f1"].append(float(f1_score(tu, pu)) if len(tu) and (tu.any() or pu.any()) else None)
    scores = [f for f in case["f1"] if f is not None]
    case["meanF1"] = float(np.mean(scores)) if scores else None
    return case


a = rng.uniform(-1, 1, 40)
b = np.clip(0.7 * a + rng.normal(0, 0.3, 40), -1, 1)
big = rng.normal(0, 1, 30)
skewed = rng.choice(8, 60, p=[0.5, 0.2, 0.1, 0.05, 0.05, 0.04, 0.03, 0.03])
au_truth = (rng.random((25, 12)) < np.linspace(0.05, 0.6, 12)).astype(int)
au_pred = np.where(rng.random((25, 12)) < 0.8, au_truth, 1 - au_truth)
au_truth[:, 3] = 0
au_pred[:, 3] = 0          # a unit in neither
au_pred[:, 5] = 0          # never predicted
au_masked = au_truth.copy()
au_masked[rng.random((25, 12)) < 0.3] = -1
au_masked[:, 7] = -1       # never annotated

out = {
    "made_with": {"numpy": np.__version__, "scikit-learn": sklearn.__version__},
    "regression": [
        regression("ordinary", a, b),
        regression("identical", a, a),
        regression("identical, twelve values", a[:12], a[:12]),
        regression("opposite", a, -a),
        regression("shifted", a, a + 0.25),
        regression("scaled", a, 0.5 * a),
        regression("independent", a, rng.permutation(a)),
        regression("constant truth", [0.3] * 10, b[:10]),
        regression("constant prediction", a[:10], [0.1] * 10),
        regression("both constant and equal", [0.1] * 7, [0.1] * 7),
        regression("one pair", [0.5], [0.4]),
        regression("two pairs", [0.5, -0.5], [0.4, 0.3]),
        regression("no pairs", [], []),
        regression("zeros and signs", [0, 0, 1, -1, 0.5], [0, 1, 1, 1, -0.5]),
        regression("large common mean", 1e6 + big, 1e6 + 0.8 * big + rng.normal(0, 0.2, 30)),
    ],
    "expression": [
        expression("ordinary", 8, rng.integers(0, 8, 80), rng.integers(0, 8, 80)),
        expression("skewed, mostly right", 8, skewed, np.where(rng.random(60) < 0.75, skewed, rng.integers(0, 8, 60))),
        expression("perfect with absent classes", 8, [0, 4, 4, 0, 6], [0, 4, 4, 0, 6]),
        expression("class predicted but never true", 8, [0, 0, 4, 4], [0, 3, 4, 4]),
        expression("class true but never predicted", 7, [0, 1, 2, 0], [0, 0, 0, 0]),
        expression("all wrong", 3, [0, 1, 2], [1, 2, 0]),
        expression("no items", 8, [], []),
    ],
    "actionUnits": [
        units("ordinary", au_truth, au_pred),
        units("masked", au_masked, au_pred),
        units("nothing annotated", np.full((4, 12), -1), np.zeros((4, 12))),
    ],
}
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w", encoding="ascii") as file:
    file.write("{\n" + ",\n".join(
        f" {json.dumps(key)}: " + ("[\n  " + ",\n  ".join(json.dumps(v) for v in value) + "\n ]" if isinstance(value, list) else json.dumps(value))
        for key, value in out.items()) + "\n}\n")
