"""Trains variants of one config with several seeds and prints one table:  python3 -m affect_training.compare CONFIG.yaml

CONFIG.yaml: `output`, `seeds`, `test` (expression, va_au: FaceSets), `base` (a training config), `variants` (name -> keys that replace base's).
`{seed}` and `{output}` in a variant's strings are filled in, so that a student can name its teacher's run. A finished run is not repeated.
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
from .predict import predict
from .train import Trainer

COLUMNS = ("accuracy", "macro_f1", "ccc_valence", "ccc_arousal", "au_f1")
SUPPORT = 10


def _fill(value, names: dict):
    if isinstance(value, str):
        return value.format(**names)
    if isinstance(value, list):
        return [_fill(v, names) for v in value]
    return {k: _fill(v, names) for k, v in value.items()} if isinstance(value, dict) else value


def figures(model: torch.nn.Module, size: int, expression: FaceSet, va_au: FaceSet) -> dict[str, float]:
    result, tested, held = {}, predict(model, expression, size), predict(model, va_au, size)
    if "expression" in tested:
        rows, truth = plurality(expression.labels.expression)
        winner = tested["expression"][rows].argmax(1)
        result["accuracy"], result["macro_f1"] = float((winner == truth).mean()), metrics.macro_f1(truth, winner, 8)
    if "va" in held:
        for index, name in enumerate(("ccc_valence", "ccc_arousal")):
            result[name] = metrics.ccc(va_au.labels.va[:, index], held["va"][:, index])
    if "au" in held:
        truth = va_au.labels.au >= 0.5
        result["au_f1"] = float(np.mean([metrics.binary_f1(truth[:, i], held["au"][:, i] >= 0.5) for i in np.flatnonzero(truth.sum(0) >= SUPPORT)]))
    return result


def run_variant(name: str, seed: int, settings: dict, test: tuple[FaceSet, FaceSet]) -> dict:
    output = pathlib.Path(settings["output"])
    done = output / "figures.json"
    if done.exists():
        return json.loads(done.read_text())
    trainer, started = Trainer(configs.check(settings, name)), time.process_time()
    trainer.resume()
    trainer.run()
    model, state = checkpoint.load(output / "model.pt")
    result = {"variant": name, "seed": seed, "parameters": sum(p.numel() for p in model.parameters()),
              "cpu_seconds": round(time.process_time() - started, 1), **figures(model, state["config"]["crop"]["size"], *test)}
    done.write_text(json.dumps(result))
    return result


def table(results: list[dict]) -> str:
    """Markdown: mean ± standard deviation over the seeds."""
    lines = ["| variant | seeds | parameters | CPU s | " + " | ".join(COLUMNS) + " |", "|---" * (4 + len(COLUMNS)) + "|"]
    for name in dict.fromkeys(r["variant"] for r in results):
        mine = [r for r in results if r["variant"] == name]
        cells = []
        for column in COLUMNS:
            values = [r[column] for r in mine if column in r]
            cells.append(f"{np.mean(values):.3f} ± {np.std(values, ddof=1):.3f}" if len(values) > 1 else f"{values[0]:.3f}" if values else "")
        lines.append(f"| {name} | {len(mine)} | {mine[0]['parameters'] / 1e6:.2f} M | {np.mean([r['cpu_seconds'] for r in mine]):.0f} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=pathlib.Path)
    config = yaml.safe_load(parser.parse_args().config.read_text())
    test = FaceSet.load(config["test"]["expression"]), FaceSet.load(config["test"]["va_au"])
    results = []
    for seed in config["seeds"]:
        for name, changes in config["variants"].items():
            names = {"seed": seed, "output": config["output"]}
            settings = _fill({**config["base"], **changes}, names)
            settings |= {"name": name, "seed": seed, "output": f"{config['output']}/{name}-{seed}"}
            results.append(run_variant(name, seed, settings, test))
            pathlib.Path(config["output"], "table.md").write_text(table(results) + "\n")
    print(table(results))


if __name__ == "__main__":
    main()
