"""Trains designs, their single-task twins and other variants with several seeds:  python3 -m affect_training.compare CONFIG.yaml

CONFIG.yaml: `output`; `seeds`; `test` (expression, va_au: FaceSets); `base` (a training config without design and batch); `designs` (name -> design settings), each trained as
`NAME` (all tasks) and as its twins `NAME.expression`, `NAME.va`, `NAME.au`; `twins` (task -> keys that its twins replace); `batches` (all, expression, va, au: the batch of a net with these tasks); `variants` (name -> keys that
replace base's; `design: NAME` takes one of `designs`, `tasks` its heads and batch). `seeds_of` names those that get all seeds (the rest get the first only).
`{seed}` and `{output}` in strings are filled in, so that a student can name its teachers. A finished run is not repeated; a killed one resumes.
Each run leaves `figures.json` and `predictions.npz` (on the test sets) for comparison_table.py.
"""
import argparse
import json
import pathlib
import time

import numpy as np
import torch
import yaml

from . import checkpoint, metrics
from . import config as configs
from .calibrate import plurality
from .data.faceset import FaceSet
from .labels import TASKS
from .predict import predict
from .train import Trainer

SUPPORT = 10  # positives that an AU needs to enter the mean F1


def _fill(value, names: dict):
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, list):
        return [_fill(v, names) for v in value]
    return {k: _fill(v, names) for k, v in value.items()} if isinstance(value, dict) else value


def _of_design(config: dict, name: str, changes: dict) -> dict:
    """A variant's training settings: its design with the heads of `tasks` (None: all), and the batch that goes with them."""
    changes = dict(changes)
    tasks = changes.pop("tasks", None)
    design = config["designs"][changes.pop("design", name)]
    return {**config["base"], "batch": config["batches"][tasks[0] if tasks else "all"], "design": {**design, "tasks": tasks or list(TASKS)}, **changes}


def plan(config: dict) -> list[tuple[str, int, dict]]:
    """All runs in order, the first seed of everything first: (variant, seed, training settings)."""
    variants = {}
    for design in config["designs"]:
        variants[design] = {"design": design}
        variants |= {f"{design}.{task}": {"design": design, "tasks": [task], "task_weights": {task: 1.0}, **config.get("twins", {}).get(task, {})} for task in TASKS}
    variants |= config.get("variants", {})
    unknown = set(config.get("seeds_of", [])) - set(variants)
    if unknown:
        raise ValueError(f"seeds_of: unknown variants {sorted(unknown)}")
    runs = []
    for seed in config["seeds"]:
        for name, changes in variants.items():
            if seed == config["seeds"][0] or name in config.get("seeds_of", []):
                settings = _fill(_of_design(config, name, changes), {"seed": seed, "output": config["output"]})
                runs.append((name, seed, settings | {"name": name, "seed": seed, "output": f"{config['output']}/{name}-{seed}"}))
    return runs


def figures(tested: dict, held: dict, expression: FaceSet, va_au: FaceSet) -> dict[str, float]:
    """The table's figures from activated predictions on the two test sets, for the tasks that the predictions hold."""
    result = {}
    if "expression" in tested:
        rows, truth = plurality(expression.labels.expression)
        winner = tested["expression"][rows].argmax(1)
        result["accuracy"], result["macro_f1"] = float((winner == truth).mean()), metrics.macro_f1(truth, winner, 8)
    if "va" in held:
        for index, name in enumerate(("ccc_valence", "ccc_arousal")):
            result[name] = metrics.ccc(va_au.labels.va[:, index], held["va"][:, index])
    if "au" in held:
        result["au_f1"] = au_mean_f1(va_au.labels.au >= 0.5, held["au"] >= 0.5)
    return result


def au_mean_f1(truth: np.ndarray, positive: np.ndarray, support: int = SUPPORT) -> float:
    return float(np.mean([metrics.binary_f1(truth[:, i], positive[:, i]) for i in np.flatnonzero(truth.sum(0) >= support)]))


def run_variant(name: str, seed: int, settings: dict, test: tuple[FaceSet, FaceSet]) -> dict:
    output = pathlib.Path(settings["output"])
    done = output / "figures.json"
    if done.exists():
        return json.loads(done.read_text())
    trainer, started = Trainer(configs.check(settings, name)), time.process_time()
    resumed = trainer.resume()
    trainer.run()
    seconds = time.process_time() - started
    model, state = checkpoint.load(output / "model.pt")
    tested, held = (predict(model, faces, state["config"]["crop"]["size"]) for faces in test)
    np.savez(output / "predictions.npz", **{f"tested/{t}": v for t, v in tested.items()}, **{f"held/{t}": v for t, v in held.items()})
    result = {"variant": name, "seed": seed, "parameters": sum(p.numel() for p in model.parameters()), "cpu_seconds": None if resumed else round(seconds, 1),
              **figures(tested, held, *test)}
    done.write_text(json.dumps(result))
    print(json.dumps(result), flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=pathlib.Path)
    parser.add_argument("--only", nargs="+", metavar="VARIANT-SEED", help="these runs only, in this order")
    arguments = parser.parse_args()
    config = yaml.safe_load(arguments.config.read_text())
    test = FaceSet.load(config["test"]["expression"]), FaceSet.load(config["test"]["va_au"])
    torch.set_num_threads(1)
    runs = {f"{name}-{seed}": (name, seed, settings) for name, seed, settings in plan(config)}
    for run in arguments.only or runs:
        run_variant(*runs[run], test)


if __name__ == "__main__":
    main()
