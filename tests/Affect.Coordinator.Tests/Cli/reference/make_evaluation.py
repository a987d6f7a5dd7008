"""Writes evaluation.json: label rows, annotations and the figures that numpy and scikit-learn give for them.

Independent of the C# code: nothing here is read from it. Run again only to change the case: python3 make_evaluation.py
"""
import json
import pathlib

import numpy as np
from sklearn.metrics import accuracy_score, f1_score

EXPRESSIONS = ["Neutral", "Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise", "Contempt", "Other"]
UNITS = 12
rng = np.random.default_rng(20261122)
case = {"videos": {}, "expected": {}}
pooled = {k: [] for k in ("tv", "pv", "ta", "pa", "te", "pe")}
units = {"t": [], "p": []}


def ccc(t, p):
    return 2 * np.mean((t - t.mean()) * (p - p.mean())) / (t.var() + p.var() + (t.mean() - p.mean()) ** 2)


def figures(t, p):
    return {
        "n": len(t), "ccc": ccc(t, p), "pcc": float(np.corrcoef(t, p)[0, 1]), "rmse": float(np.sqrt(np.mean((t - p) ** 2))),
        "sagr": float(np.mean(np.sign(t) == np.sign(p))),
    }


for video, frames in (("clips/a.mp4", 37), ("b.mp4", 23)):
    # The truth in two decimals, as annotation files have it; the predictions in float32, as label files have them.
    t = np.round(np.clip(rng.normal(0.1, 0.4, (frames, 2)), -1, 1), 2)
    p = np.clip(0.7 * t + rng.normal(0, 0.25, (frames, 2)), -1, 1).astype(np.float32)
    te = rng.integers(0, 7, frames)
    probabilities = rng.dirichlet(np.ones(8), frames).astype(np.float32)
    probabilities[np.arange(frames), np.where(rng.random(frames) < 0.6, te, 0)] += 1
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    tu = (rng.random((frames, UNITS)) < 0.4).astype(int)
    pu = np.clip(0.5 * tu + rng.random((frames, UNITS)) * 0.6, 0, 1).astype(np.float32)
    masked = {"va": 3, "expr": 5, "au": 2}
    case["videos"][video] = {
        "truthValence": t[:, 0].tolist(), "truthArousal": t[:, 1].tolist(), "truthExpression": te.tolist(), "truthUnits": tu.tolist(),
        "valence": p[:, 0].tolist(), "arousal": p[:, 1].tolist(), "expressions": probabilities.tolist(), "units": pu.tolist(), "masked": masked,
    }
    va, ex, au = np.arange(frames) >= masked["va"], np.arange(frames) >= masked["expr"], np.arange(frames) >= masked["au"]
    p = p.astype(np.float64)
    # Annotators had seven classes: the prediction is the best of those.
    best = probabilities[:, :7].argmax(axis=1)
    case["expected"][video] = {"valence": figures(t[va, 0], p[va, 0]), "arousal": figures(t[va, 1], p[va, 1])}
    for key, values in (("tv", t[va, 0]), ("pv", p[va, 0]), ("ta", t[va, 1]), ("pa", p[va, 1]), ("te", te[ex]), ("pe", best[ex])):
        pooled[key].append(values)
    units["t"].append(tu[au])
    units["p"].append((pu >= 0.5).astype(int)[au])

joined = {k: np.concatenate(v) for k, v in pooled.items()}
tu, pu = np.concatenate(units["t"]), np.concatenate(units["p"])
classes = f1_score(joined["te"], joined["pe"], average=None, labels=list(range(7)))
unit_f1 = [f1_score(tu[:, i], pu[:, i]) for i in range(UNITS)]
case["expected"]["pooled"] = {
    "valence": figures(joined["tv"], joined["pv"]), "arousal": figures(joined["ta"], joined["pa"]),
    "expressionF1": classes.tolist(), "macroF1": float(classes.mean()), "accuracy": float(accuracy_score(joined["te"], joined["pe"])),
    "unitF1": unit_f1, "unitMeanF1": float(np.mean(unit_f1)),
}
pathlib.Path(__file__).with_name("evaluation.json").write_text(json.dumps(case) + "\n")
