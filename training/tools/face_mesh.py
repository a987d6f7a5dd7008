"""Face geometry of training images: MediaPipe's 478 landmarks and 52 blendshapes, run by node (face_mesh.mjs).

    python3 tools/face_mesh.py --mesh face_landmarks_detector.onnx --blendshapes face_blendshapes.onnx \\
        --images FOLDER | --ferplus FILE.npz  --landmarks LANDMARKS.npz  --output MESH.npz

LANDMARKS.npz is what landmarks.py wrote for the same images; faces that it scores below 0.5 are left out.
MESH.npz: `names`, `score` float32 [N] in [0, 1], `shapes` float32 [N, 52] in [0, 1], `points` float32 [N, 478, 3], pixels of the 256-pixel crop.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
from affect_training.crop import crop_aligned  # noqa: E402

SIDE = 256
#: Where the four alignment points go: eyes level, the face filling two thirds of the crop, as MediaPipe's own regions of interest have it.
TEMPLATE = np.array([[91.1, 96.3], [164.9, 96.3], [128.0, 138.9], [128.0, 175.3]])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--mesh", "--blendshapes", "--landmarks", "--output"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--ferplus", type=pathlib.Path)
    arguments = parser.parse_args()
    with np.load(arguments.landmarks) as data:
        kept = data["score"] >= 0.5
        names, points = data["names"][kept].tolist(), data["points"][kept]
    if arguments.ferplus:
        faces = np.load(arguments.ferplus)["images"]
        load = lambda name: np.repeat(faces[int(name)][..., None], 3, 2)
    else:
        load = lambda name: np.asarray(Image.open(arguments.images / name).convert("RGB"))
    with tempfile.TemporaryDirectory() as scratch:
        crops, results = pathlib.Path(scratch, "crops.bin"), pathlib.Path(scratch, "results.bin")
        with crops.open("wb") as stream:
            for name, four in zip(names, points):
                stream.write(np.clip(crop_aligned(load(name), four, TEMPLATE, SIDE).round(), 0, 255).astype(np.uint8).tobytes())
        script = pathlib.Path(__file__).with_name("face_mesh.mjs")
        subprocess.run(["node", str(script), str(arguments.mesh), str(arguments.blendshapes), str(crops), str(results)], check=True, env=os.environ)
        found = np.fromfile(results, np.float32).reshape(len(names), -1)
    np.savez_compressed(arguments.output, names=np.array(names), score=found[:, 0], shapes=found[:, 1:53], points=found[:, 53:].reshape(-1, 478, 3))


if __name__ == "__main__":
    main()
