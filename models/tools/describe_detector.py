#!/usr/bin/env python3
"""Writes the model.json of a converted MediaPipe full-range detector.

  describe_detector.py INPUT.tflite MODEL.onnx

The golden outputs come from the TFLite file itself, run in numpy (tflite_numpy.py), so that the self-test at load compares ONNX Runtime with the original weights.
The settings under "detector" are the measured ones of docs/detectors.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os

import numpy as np
import onnx

import tflite_numpy
import tflite_reader

DETECTOR = {
    "family": "mediapipe-full-range",
    "scoreThreshold": 0.5,
    "nms": {"iouThreshold": 0.3, "weighted": True},
    "passes": [
        {"longSidePixels": 384, "minBoxPixels": 0, "maxBoxPixels": 180},
        {"longSidePixels": 128, "minBoxPixels": 33, "maxBoxPixels": 400},
    ],
    "refine": {
        "candidateThreshold": 0.1,
        "maxBoxPixels": 32,
        "patchPixels": 96,
        "boxInPatchPixels": 40,
        "maxPatches": 8,
        "scoreThreshold": 0.7,
    },
}


def pattern(width: int, height: int) -> np.ndarray:
    """The model format's test picture: value(x, y, c) = (x * (3 + 2c) + y * (5 + c)) mod 256."""
    y, x, c = np.mgrid[0:height, 0:width, 0:3]
    return ((x * (3 + 2 * c) + y * (5 + c)) & 255).astype(np.uint8)


def golden(graph: tflite_reader.Graph) -> dict:
    _, height, width, _ = graph.tensors[graph.inputs[0]].shape
    outputs = tflite_numpy.run(graph, pattern(width, height)[None].astype(np.float32) / 127.5 - 1)
    sampled = {}
    for index, values in zip(graph.outputs, outputs):
        at = np.linspace(0, values.size - 1, 48).astype(int)
        sampled[graph.tensors[index].name] = {"at": at.tolist(), "values": [round(float(v), 5) for v in values.reshape(-1)[at]]}
    return {"image": {"width": width, "height": height, "pattern": "affine-mod-256"}, "outputs": sampled, "tolerance": 0.002}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tflite")
    parser.add_argument("onnx")
    options = parser.parse_args()
    graph = tflite_reader.read(options.tflite)
    model = onnx.load(options.onnx)
    boxes, scores = (graph.tensors[i].name for i in sorted(graph.outputs, key=lambda i: -graph.tensors[i].shape[-1]))
    sparse = "sparse" in os.path.basename(options.tflite)
    with open(options.onnx, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    manifest = {
        "formatVersion": 1,
        "kind": "detector",
        "name": "mediapipe-full-range" + ("-sparse" if sparse else ""),
        "version": "1.0.0",
        "licence": "Apache-2.0",
        "source": f"npm @mediapipe/face_detection@0.4.1657300184, {os.path.basename(options.tflite)}, converted by models/tools/tflite_to_onnx.py",
        "description": "MediaPipe face detection, full range: boxes and six landmarks on a grid of stride 4. Fully convolutional: reads frames of any size.",
        "file": os.path.basename(options.onnx),
        "sha256": digest,
        "opset": model.opset_import[0].version,
        "input": {
            "tensor": "input", "dtype": "float32", "layout": "NCHW", "shape": [-1, 3, -1, -1], "colour": "RGB", "range": [-1, 1],
        },
        "detector": {**DETECTOR, "outputs": {"boxes": [boxes], "scores": [scores]}},
        "golden": golden(graph),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(options.onnx)), "model.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(json.dumps(manifest, indent=2) + "\n")


if __name__ == "__main__":
    main()
