"""Runs ONNX files with ONNX Runtime, by node and the npm package onnxruntime-node (Debian has no ONNX Runtime for Python)."""
import dataclasses
import json
import pathlib
import subprocess
import tempfile

import numpy as np

TOOLS = pathlib.Path(__file__).parent.parent / "tools"


@dataclasses.dataclass
class Run:
    """Raw outputs by tensor, float32 [N, labels], and milliseconds a face on one thread at batch 16: the best and the median batch."""
    outputs: dict[str, np.ndarray]
    milliseconds: float | None
    median_milliseconds: float | None


def _node(tool: str, module: str, model: pathlib.Path, inputs: np.ndarray, *arguments: int) -> dict:
    """inputs: float32 [N, 3, S, S], normalised."""
    with tempfile.TemporaryDirectory() as scratch:
        raw = pathlib.Path(scratch, "input.f32")
        raw.write_bytes(np.ascontiguousarray(inputs, np.float32).tobytes())
        command = ["node", str(TOOLS / tool), module, str(model), str(raw), str(inputs.shape[-1]), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{tool} failed on {model}: {done.stderr.strip()[-2000:]}")
    return json.loads(done.stdout)


def run(module: str, model: pathlib.Path, inputs: np.ndarray, timed_batches: int = 20) -> Run:
    found = _node("run_onnx.mjs", module, model, inputs, timed_batches)
    outputs = {name: np.array(values, np.float32).reshape(len(inputs), -1) for name, values in found["outputs"].items()}
    return Run(outputs, found["milliseconds_per_face"], found["median_milliseconds_per_face"])


def histograms(module: str, model: pathlib.Path, inputs: np.ndarray, bins: int) -> dict[str, dict]:
    """{tensor: {low, high, counts}} of the model's outputs over all inputs."""
    return _node("activation_ranges.mjs", module, model, inputs, bins)
