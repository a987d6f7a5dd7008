"""The tables of a comparison that compare.py trained:  python3 -m affect_training.comparison_table CONFIG.yaml [--onnxruntime-node FOLDER]

Reads `models` (name -> model.pt of a training elsewhere, to stand beside the variants), `ensembles` (name -> runs, VARIANT-SEED or one of `models`, whose predictions are averaged as the pipeline averages several models) and `differences` (name -> `of`, `against`: lists of
variants or ensembles) from CONFIG.yaml; prints and writes OUTPUT/tables.md. A difference is the mean figure of `of` minus that of `against`, over the seeds that both have (all where they share none);
its 95 % interval comes from a bootstrap that draws the same faces for all of them. It says how sure the difference is on other faces, not on other seeds.
Runs that are not finished are left out, with a line that says so. With --onnxruntime-node the speed of each variant's first seed is measured once and kept.
"""
import argparse
import json
import pathlib
import tempfile

import numpy as np
import yaml

from . import checkpoint, metrics, onnxruntime_node
from .calibrate import plurality
from .compare import SUPPORT, au_mean_f1, figures, plan
from .data.faceset import FaceSet
from .export import as_input, export_onnx
from .labels import TASKS
from .predict import predict

FIGURES = {"accuracy": "expression", "macro_f1": "expression", "ccc_valence": "va", "ccc_arousal": "va", "au_f1": "au"}
HEADINGS = {"accuracy": "accuracy", "macro_f1": "macro-F1", "ccc_valence": "CCC valence", "ccc_arousal": "CCC arousal", "au_f1": "AU F1"}
ROUNDS = 400
ALONE = 0  # the seed under which a model or an ensemble stands


class Comparison:
    """Predictions of all finished runs and ensembles: members[name][seed][task] on the test set that the task is measured on."""

    def __init__(self, config: dict):
        self.config, self.folder = config, pathlib.Path(config["output"])
        expression, va_au = (FaceSet.load(config["test"][name]) for name in ("expression", "va_au"))
        self.tests, self.rows = (expression, va_au), plurality(expression.labels.expression)
        self.truths = {"expression": self.rows[1], "va": va_au.labels.va, "au": va_au.labels.au >= 0.5}
        self.members, self.results, self.missing = {}, {}, []
        for name, seed, settings in plan(config):
            folder = pathlib.Path(settings["output"])
            if not (folder / "figures.json").exists():
                self.missing.append(f"{name}-{seed}")
                continue
            self.results.setdefault(name, []).append(json.loads((folder / "figures.json").read_text()))
            self.members.setdefault(name, {})[seed] = self._read(folder)
        for name, path in config.get("models", {}).items():
            self._add_model(name, pathlib.Path(path))
        for name, runs in config.get("ensembles", {}).items():
            self._add_ensemble(name, runs)

    def _read(self, folder: pathlib.Path) -> dict[str, np.ndarray]:
        with np.load(folder / "predictions.npz") as data:
            return {task: data[f"{'tested' if task == 'expression' else 'held'}/{task}"] for task in TASKS if f"held/{task}" in data}

    def _add(self, name: str, predictions: dict[str, np.ndarray], parameters: int) -> None:
        expression, others = ({task: values for task, values in predictions.items() if (task == "expression") == first} for first in (True, False))
        self.members[name] = {ALONE: predictions}
        self.results[name] = [{"variant": name, "seed": ALONE, "parameters": parameters, **figures(expression, others, *self.tests)}]

    def _add_model(self, name: str, path: pathlib.Path) -> None:
        if not path.exists():
            self.missing.append(f"{name} (no {path})")
            return
        model, state = checkpoint.load(path)
        tested, held = (predict(model, faces, state["config"]["crop"]["size"]) for faces in self.tests)
        self._add(name, {task: (tested if task == "expression" else held)[task] for task in held}, sum(p.numel() for p in model.parameters()))

    def _add_ensemble(self, name: str, runs: list[str]) -> None:
        models = self.config.get("models", {})
        found = [(run, ALONE) if run in models else (run.rpartition("-")[0], int(run.rpartition("-")[2])) for run in runs]
        absent = [run for run, (variant, seed) in zip(runs, found) if seed not in self.members.get(variant, {})]
        if absent:
            self.missing.append(f"{name} (lacks {', '.join(absent)})")
            return
        each = [self.members[variant][seed] for variant, seed in found]
        self._add(name, {task: np.mean([one[task] for one in each if task in one], 0) for task in TASKS if any(task in one for one in each)},
                  sum(self.results[variant][0]["parameters"] for variant, _ in found))

    def _decided(self, prediction: dict, task: str) -> np.ndarray:
        """What the figures compare with the truth: class numbers, values, or AUs at probability 0.5."""
        return prediction["expression"][self.rows[0]].argmax(1) if task == "expression" else prediction["va"] if task == "va" else prediction["au"] >= 0.5

    @staticmethod
    def _figure(name: str, truth: np.ndarray, decided: np.ndarray) -> float:
        if name == "accuracy":
            return float((truth == decided).mean())
        if name == "macro_f1":
            return metrics.macro_f1(truth, decided, 8)
        if name == "au_f1":
            return au_mean_f1(truth, decided, support=1)
        column = ("ccc_valence", "ccc_arousal").index(name)
        return metrics.ccc(truth[:, column], decided[:, column])

    def difference(self, of: list[str], against: list[str], figure: str) -> dict | None:
        """None where either side has no finished run with the figure's task."""
        task = FIGURES[figure]
        groups = lambda names: [(name, {seed: self._decided(p, task) for seed, p in self.members.get(name, {}).items() if task in p}) for name in names]
        sides = [[(name, runs) for name, runs in groups(names) if runs] for names in (of, against)]
        seeds = [{seed for _, runs in side for seed in runs} for side in sides]
        common = seeds[0] & seeds[1] or seeds[0] | seeds[1]
        arrays, weights = [], []
        for side, sign in zip(sides, (1, -1)):
            kept = [[values for seed, values in runs.items() if seed in common] for _, runs in side]
            for runs in filter(None, kept):  # every variant weighs the same, however many seeds it has
                arrays += runs
                weights += [sign / sum(map(bool, kept)) / len(runs)] * len(runs)
        if not sides[0] or not sides[1]:
            return None
        truth = self.truths[task]
        if task == "au":  # only AUs with support enter, in every resample the same ones
            counted = truth.sum(0) >= SUPPORT
            truth, arrays = truth[:, counted], [values[:, counted] for values in arrays]
        weighted = lambda t, *values: float(np.dot(weights, [self._figure(figure, t, v) for v in values]))
        low, high = metrics.bootstrap_interval(weighted, (truth, *arrays), ROUNDS)
        return {"value": weighted(truth, *arrays), "low": low, "high": high}


def measure_speed(comparison: Comparison, module: str) -> dict[str, float]:
    """Milliseconds a face (ONNX Runtime, batch 16, one thread; best of 60 batches) by variant, kept in speed.json."""
    path = comparison.folder / "speed.json"
    speeds = json.loads(path.read_text()) if path.exists() else {}
    inputs = as_input(np.random.default_rng(0).integers(0, 256, (16, 48, 48, 3), np.uint8)).numpy()
    for name, results in comparison.results.items():
        weights = comparison.folder / f"{name}-{results[0]['seed']}" / "model.pt"
        if name in speeds or not weights.exists():
            continue
        model, state = checkpoint.load(weights)
        with tempfile.TemporaryDirectory() as scratch:
            onnx_path = pathlib.Path(scratch, "model.onnx")
            export_onnx(model, list(state["config"]["design"]["tasks"]), state["config"]["crop"]["size"], onnx_path)
            speeds[name] = round(onnxruntime_node.run(module, onnx_path, inputs, 60).milliseconds, 3)
        path.write_text(json.dumps(speeds, indent=1) + "\n")
    return speeds


def _cell(values: list[float]) -> str:
    return "" if not values else f"{values[0]:.3f}" if len(values) == 1 else f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}"


def figures_table(comparison: Comparison, speeds: dict[str, float]) -> str:
    """Mean ± standard deviation over the seeds; a design's three twins as one row, whose parameters and milliseconds add up."""
    lines = ["| variant | seeds | parameters | ms a face | " + " | ".join(HEADINGS.values()) + " |", "|---" * (4 + len(HEADINGS)) + "|"]
    twins = {f"{design}.{task}": design for design in comparison.config["designs"] for task in TASKS}
    row = lambda title, parts: lines.append(
        f"| {title} | {min(len(part) for part in parts)} | {sum(part[0]['parameters'] for part in parts) / 1e6:.2f} M | "
        + (f"{sum(speeds[part[0]['variant']] for part in parts):.2f}" if all(part[0]["variant"] in speeds for part in parts) else "")
        + " | " + " | ".join(_cell([r[figure] for part in parts for r in part if figure in r]) for figure in HEADINGS) + " |")
    for name, results in comparison.results.items():
        if name not in twins:
            row(name, [results])
            mine = [comparison.results[twin] for twin, design in twins.items() if design == name and twin in comparison.results]
            if mine:
                row(f"its {len(mine)} single-task twins", mine)
    return "\n".join(lines)


def differences_table(comparison: Comparison) -> str:
    lines = ["| difference | " + " | ".join(HEADINGS.values()) + " |", "|---" * (1 + len(HEADINGS)) + "|"]
    for name, sides in comparison.config.get("differences", {}).items():
        found = [comparison.difference(sides["of"], sides["against"], figure) for figure in HEADINGS]
        if any(found):
            lines.append(f"| {name} | " + " | ".join(f"{f['value']:+.3f} [{f['low']:+.3f}, {f['high']:+.3f}]" if f else "" for f in found) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("--onnxruntime-node", help="folder of the npm package onnxruntime-node: measures speeds")
    arguments = parser.parse_args()
    comparison = Comparison(yaml.safe_load(arguments.config.read_text()))
    speeds = measure_speed(comparison, arguments.onnxruntime_node) if arguments.onnxruntime_node else {}
    text = f"{figures_table(comparison, speeds)}\n\n{differences_table(comparison)}\n"
    if comparison.missing:
        text += f"\nNot finished: {', '.join(comparison.missing)}\n"
    (comparison.folder / "tables.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
