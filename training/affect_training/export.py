"""Writes model.onnx and model.json:  python3 -m affect_training.export MODEL.pt --description D.yaml [--calibration C.json] [--quality Q.json] -o FOLDER

D.yaml gives name, version, licence, source, description, notice. The ONNX file holds raw outputs (logits; VA before tanh), opset 16, dynamic
batch. With --onnxruntime-node FOLDER the file is run by ONNX Runtime (tools/run_onnx.mjs) and compared with PyTorch.
model.json must agree with the model contract of the pipeline (formatVersion 1).
"""
import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnx
import torch
import yaml
from torch import nn

from . import checkpoint, onnxruntime_node
from .labels import TASKS
from .predict import normalise

OPSET = 16
CONTRACT = {"expression": {"task": "expression", "activation": "softmax"}, "va": {"task": "valence_arousal", "activation": "tanh"},
            "au": {"task": "action_units", "activation": "sigmoid"}}
TOLERANCE = 0.001


class _AsTuple(nn.Module):
    """ONNX export wants positional outputs."""

    def __init__(self, model: nn.Module, tasks: list[str]):
        super().__init__()
        self.model, self.tasks = model, tasks

    def forward(self, x):
        outputs = self.model(x)
        return tuple(outputs[task] for task in self.tasks)


def golden_pixels(size: int) -> np.ndarray:
    """The contract's pattern 'affine-mod-256': uint8 [size, size, 3] with value(x, y, c) = (x·(3 + 2c) + y·(5 + c)) & 255."""
    y, x, c = np.meshgrid(np.arange(size), np.arange(size), np.arange(3), indexing="ij")
    return ((x * (3 + 2 * c) + y * (5 + c)) & 255).astype(np.uint8)


def as_input(pixels: np.ndarray) -> torch.Tensor:
    """uint8 [N, H, W, 3] to the model's float32 [N, 3, H, W]."""
    return normalise(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)


def export_onnx(model: nn.Module, tasks: list[str], size: int, path: pathlib.Path) -> None:
    axes = {name: {0: "batch"} for name in ["input", *tasks]}
    # A wrapper in training mode would put the whole model back into training mode (dropout!) after the export.
    torch.onnx.export(_AsTuple(model, tasks).eval(), torch.zeros(2, 3, size, size), str(path), opset_version=OPSET, input_names=["input"],
                      output_names=tasks, dynamic_axes=axes, do_constant_folding=True)
    onnx.checker.check_model(onnx.load(str(path)))


def compare_with_onnxruntime(model: nn.Module, tasks: list[str], size: int, onnx_path: pathlib.Path, module: str) -> dict:
    """Largest |PyTorch - ONNX Runtime| over 32 random inputs, and milliseconds a face at batch 16 on one thread."""
    inputs = as_input(np.random.default_rng(0).integers(0, 256, (32, size, size, 3), np.uint8))
    other = onnxruntime_node.run(module, onnx_path, inputs.numpy())
    with torch.no_grad():
        mine = model(inputs)
    largest = max(float(np.abs(mine[task].numpy() - other.outputs[task]).max()) for task in tasks)
    return {"max_abs_difference": largest, "milliseconds_per_face_batch16_one_thread": round(other.milliseconds, 3)}


def head_of(task: str, calibration: dict) -> dict:
    contract, fitted = CONTRACT[task], calibration.get(task, {})
    head = {"task": contract["task"], "tensor": task, "labels": list(TASKS[task]), "activation": contract["activation"]}
    if task != "va":
        head["temperature"] = fitted.get("temperature", 1.0)
    if task == "au":
        head["thresholds"] = fitted.get("thresholds", [0.5] * len(TASKS["au"]))
    return head


def model_json(model: nn.Module, tasks: list[str], config: dict, description: dict, calibration: dict, quality: dict, onnx_path: pathlib.Path) -> dict:
    size = config["crop"]["size"]
    with torch.no_grad():
        golden = model(as_input(golden_pixels(size)[None]))
    return {
        "formatVersion": 1, "kind": "affect", **{key: description[key] for key in ("name", "version", "licence", "source", "description")},
        "file": onnx_path.name, "sha256": hashlib.sha256(onnx_path.read_bytes()).hexdigest(), "opset": OPSET,
        "input": {"tensor": "input", "dtype": "float32", "layout": "NCHW", "shape": [-1, 3, size, size], "colour": "RGB", "range": [0, 1],
                  "mean": [0.5] * 3, "std": [0.5] * 3,
                  "crop": {"kind": "similarity", "points": ["right_eye", "left_eye", "nose", "mouth"], "template": config["crop"]["template"]}},
        "heads": [head_of(task, calibration) for task in tasks],
        "training": description.get("training", {}), "quality": quality, "notice": description["notice"],
        "golden": {"image": {"width": size, "height": size, "pattern": "affine-mod-256"},
                   "outputs": {task: [round(v, 6) for v in golden[task][0].tolist()] for task in tasks}, "tolerance": TOLERANCE},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--description", required=True, type=pathlib.Path)
    parser.add_argument("--calibration", type=pathlib.Path)
    parser.add_argument("--quality", type=pathlib.Path)
    parser.add_argument("--onnxruntime-node", help="folder of the npm package onnxruntime-node, to compare with ONNX Runtime")
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    model, state = checkpoint.load(arguments.model)
    config, read = state["config"], lambda path: json.loads(path.read_text()) if path else {}
    size = config["crop"]["size"]
    with torch.no_grad():
        tasks = [task for task in TASKS if task in model(torch.zeros(1, 3, size, size))]
    arguments.output.mkdir(parents=True, exist_ok=True)
    onnx_path = arguments.output / "model.onnx"
    export_onnx(model, tasks, size, onnx_path)
    description = yaml.safe_load(arguments.description.read_text())
    quality = read(arguments.quality)
    if arguments.onnxruntime_node:
        compared = compare_with_onnxruntime(model, tasks, size, onnx_path, arguments.onnxruntime_node)
        print(f"PyTorch and ONNX Runtime differ by at most {compared['max_abs_difference']:.2e}; "
              f"{compared['milliseconds_per_face_batch16_one_thread']} ms a face (batch 16, one thread)")
        if compared["max_abs_difference"] > TOLERANCE:
            raise SystemExit(f"export: the difference exceeds the tolerance {TOLERANCE}")
        quality["speed"] = compared
    contract = model_json(model, tasks, config, description, read(arguments.calibration), quality, onnx_path)
    (arguments.output / "model.json").write_text(json.dumps(contract, indent=2) + "\n")
    print(f"{onnx_path}: {onnx_path.stat().st_size / 1e6:.1f} MB, heads {', '.join(tasks)}")


if __name__ == "__main__":
    main()
