"""Writes and measures the smaller variants of an exported model:

    python3 -m affect_training.variants ../models/affect-small --onnxruntime-node FOLDER -o runs/variants

The folder's model.onnx becomes NAME-fp16 (weights in float16) and NAME-int8, each with its model.json: own hash, own golden outputs (of ONNX Runtime), own quality, and
the difference from float32 under quality.against_float32. Activation ranges come from faces of the training sets; the figures from the held-out sets.
Speeds of all three are measured in turn, several times, so that other work on the machine hits them alike.
"""
import argparse
import hashlib
import json
import pathlib

import numpy as np
import onnx

from .. import onnxruntime_node as runtime
from ..augment import Augment
from ..data.faceset import FaceSet
from ..evaluate import evaluate_outputs
from ..export import as_input, golden_pixels
from ..predict import normalise
from .differences import differences
from .float16_weights import with_float16_weights
from .int8 import activation_tensors, simplified, to_int8, with_outputs
from .ranges import best_range
from .report import WORDS, card, table

BINS = 1024
CALIBRATION = {"ferplus-train": 384, "diffusionfer-train": 128}
TURNS = 5
#: Of the normalised input, whose 256 values lie on k / 127.5: with a step of 2 / 255 each of them would lie in the middle between two levels, and the last bit of a
#: float would decide; a step of 1 / 127 puts only one of them near a middle.
INPUT_RANGE = (-1.0, 128 / 127)
#: Largest allowed difference of golden outputs. CPUs agree on the integer sums but not on the last bit of the float32 layers between them, which may move a value by a level:
#: AVX-512 and WebAssembly kernels differed by 0.003 on affect-small.
TOLERANCE = {"fp16": 0.001, "int8": 0.05}


def inputs_of(crops: np.ndarray, size: int, change=None) -> np.ndarray:
    images = Augment(size)(crops)
    return normalise(images if change is None else change(images)).numpy()


def calibrated_ranges(module: str, model: onnx.ModelProto, faces: np.ndarray, folder: pathlib.Path) -> dict[str, tuple[float, float]]:
    """(low, high) of each tensor that int8 needs, over `faces` (float32 [N, 3, S, S]); the input's is known."""
    tensors, path = activation_tensors(model), folder / "calibration.onnx"
    onnx.save(with_outputs(model, tensors), str(path))
    found = runtime.histograms(module, path, faces, BINS)
    path.unlink()
    inputs = {i.name for i in model.graph.input}
    return {name: INPUT_RANGE if name in inputs else best_range(**found[name]) for name in tensors}


def write_variant(folder: pathlib.Path, kind: str, model: onnx.ModelProto, contract: dict, quality: dict, module: str) -> None:
    """model.onnx is already there (it was measured); writes model.json and a short card beside it."""
    path, size = folder / "model.onnx", contract["input"]["shape"][-1]
    golden = runtime.run(module, path, as_input(golden_pixels(size)[None]).numpy(), timed_batches=0).outputs
    changed = {**contract, "name": f"{contract['name']}-{kind}", "description": f"{contract['description']} This variant: {WORDS[kind]}.",
               "sha256": hashlib.sha256(path.read_bytes()).hexdigest(), "opset": model.opset_import[0].version, "quality": quality,
               "golden": {**contract["golden"], "outputs": {task: [round(float(v), 6) for v in values[0]] for task, values in golden.items()}, "tolerance": TOLERANCE[kind]}}
    (folder / "model.json").write_text(json.dumps(changed, indent=2) + "\n")
    (folder / "MODEL_CARD.md").write_text(card(changed, contract["name"], kind, path.stat().st_size / 1e6))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path, help="folder with model.onnx and model.json")
    parser.add_argument("--crops", type=pathlib.Path, default=pathlib.Path("runs/crops"))
    parser.add_argument("--onnxruntime-node", required=True)
    parser.add_argument("-o", "--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    module, load = arguments.onnxruntime_node, lambda name: FaceSet.load(arguments.crops / f"{name}.npz")
    contract = json.loads((arguments.model / "model.json").read_text())
    size, name = contract["input"]["shape"][-1], contract["name"]
    calibration = {head["tensor"]: head for head in contract["heads"]}
    original = onnx.load(str(arguments.model / "model.onnx"))
    folders = {kind: arguments.output / f"{name}-{kind}" for kind in TOLERANCE}
    for folder in folders.values():
        folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(0)
    faces = [(faces := load(set_name)).crops[generator.choice(len(faces), count, replace=False)] for set_name, count in CALIBRATION.items()]
    simple = simplified(original)
    models = {"fp16": with_float16_weights(original),
              "int8": to_int8(simple, calibrated_ranges(module, simple, inputs_of(np.concatenate(faces), size), arguments.output))}
    for kind, model in models.items():
        onnx.save(model, str(folders[kind] / "model.onnx"))
    paths = {"float32": arguments.model / "model.onnx", **{kind: folder / "model.onnx" for kind, folder in folders.items()}}

    tests = load("ferplus-test"), load("diffusionfer-heldout")
    sixteen = inputs_of(tests[0].crops[:16], size)
    times = {kind: [] for kind in paths}
    for _ in range(TURNS):
        for kind, path in paths.items():
            times[kind].append(runtime.run(module, path, sixteen, timed_batches=40))
    raw = {kind: [runtime.run(module, path, inputs_of(test.crops, size), 0).outputs for test in tests] for kind, path in paths.items()}
    measured = {}
    for kind, path in paths.items():
        outputs = lambda crops, change, path=path: runtime.run(module, path, inputs_of(crops, size, change), 0).outputs
        speed = {"best": min(t.milliseconds for t in times[kind]), "median": float(np.median([t.median_milliseconds for t in times[kind]]))}
        of = measured[kind] = {"megabytes": path.stat().st_size / 1e6, "speed": speed, "quality": contract["quality"] if kind == "float32" else evaluate_outputs(outputs, *tests, calibration)}
        if kind != "float32":
            pair = lambda index: (raw[kind][index], raw["float32"][index])
            of["against_float32"] = differences(pair(0), pair(1), *tests, calibration)
            quality = of["quality"] | {"against_float32": of["against_float32"], "speed": {"milliseconds_per_face_batch16_one_thread": round(speed["best"], 3)}}
            write_variant(folders[kind], kind, models[kind], contract, quality, module)
    text = table(measured)
    (arguments.output / "variants.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
