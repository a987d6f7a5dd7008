"""The training config: a YAML file with the keys below. An unknown or missing key is an error that names it.

threads: a number, or `auto` (see threads.py; then a resumed training may differ in the last bits). train_size: pixels of the training crops where
they should be smaller than crop.size (faster early training; the same part of the face at a lower resolution); the last full_size_epochs use all pixels. au_concordance: weight
of 1 - CCC between AU probabilities and scores, for targets that are scores in a narrow range (cross-entropy alone pulls them to their mean). checkpoint_seconds: time
between checkpoints inside an epoch. va_loss: `ccc_mse` (1 - CCC plus twice the squared error) or `mse`. expression_noise: the share of training faces that get a wrong
expression on purpose (label_noise.py). test: held-out sets by `expression` and `va_au`; the training then ends in their evaluation table (evaluation.txt, evaluation.json).
"""
import pathlib

import yaml

DEFAULTS = {
    "name": None, "output": None, "seed": 1, "design": None, "crop": None, "batch": None, "validation": {}, "test": None,
    "epochs": None, "steps_per_epoch": None, "checkpoint_seconds": 180, "threads": "auto", "train_size": None, "full_size_epochs": 0, "bfloat16": True,
    "optimiser": None, "ema": 0.998, "task_weights": {"expression": 1.0, "va": 1.0, "au": 1.0}, "learnt_task_weights": False,
    "expression_loss": "soft_cross_entropy", "va_loss": "ccc_mse", "expression_noise": 0.0, "class_balanced": False, "au_concordance": 0.0, "augment": {}, "start_from": None, "pseudo_labels": None,
}
CHOICES = {"expression_loss": ("soft_cross_entropy", "generalised_cross_entropy"), "va_loss": ("ccc_mse", "mse")}
OPTIMISER = {"learning_rate": 0.1, "momentum": 0.9, "weight_decay": 0.0005, "warmup_steps": 300, "final_share": 0.01}


def _merge(given: dict, defaults: dict, where: str) -> dict:
    unknown = set(given) - set(defaults)
    if unknown:
        raise ValueError(f"{where}: unknown keys {sorted(unknown)}; known are {sorted(defaults)}")
    return {**defaults, **given}


def load(path: pathlib.Path) -> dict:
    return check(yaml.safe_load(pathlib.Path(path).read_text()), str(path))


def check(given: dict, where: str = "config") -> dict:
    config = _merge(given, DEFAULTS, where)
    config["optimiser"] = _merge(config["optimiser"] or {}, OPTIMISER, f"{where}: optimiser")
    for key, allowed in CHOICES.items():
        if config[key] not in allowed:
            raise ValueError(f"{where}: {key} is '{config[key]}'; known are {', '.join(allowed)}")
    for key in ("name", "output", "design", "crop", "batch", "epochs", "steps_per_epoch"):
        if config[key] is None:
            raise ValueError(f"{where}: key '{key}' is missing")
    return config
