"""Find the 478 points of MediaPipe's face mesh on training images, from the four points of landmarks.py; for the geometric baseline (designs/geometric_pls.py).

    ORT_NODE=… python3 tools/face_mesh.py --model face_landmarks_detector.onnx --images FOLDER --landmarks LANDMARKS.npz --output MESH.npz

The model (Apache-2.0; input [1, 256, 256, 3]) does not come with this project. Each face is turned upright and cut with room around it, as MediaPipe does.
MESH.npz: `names`, `points` float32 [N, 478, 2] in pixels of that crop: of use for shapes, which know neither place nor size.
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from affect_training.crop import crop_aligned  # noqa: E402  (the tools folder is no package)

#: Right eye, left eye, nose, mouth in a 256-pixel crop: the 48-pixel template of configs/prepare.yaml at 3.6 times its size, with room on every side.
TEMPLATE = np.array([[15.6375, 18.825], [32.3625, 18.825], [24.0, 28.4625], [24.0, 36.7125]]) * 3.6 + (256 - 48 * 3.6) / 2
SMALLEST_SCORE = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("--model", "--images", "--landmarks", "--output"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    with np.load(arguments.landmarks) as data:
        sure = data["score"] >= SMALLEST_SCORE
        names, points = data["names"][sure], data["points"][sure]
    with tempfile.TemporaryDirectory() as scratch:
        crops, results = pathlib.Path(scratch, "crops.bin"), pathlib.Path(scratch, "results.bin")
        with crops.open("wb") as stream:
            for name, four in zip(names, points):
                image = np.asarray(Image.open(arguments.images / name).convert("RGB"))
                stream.write(crop_aligned(image, four, TEMPLATE, 256).round().astype(np.uint8).tobytes())
        subprocess.run(["node", str(pathlib.Path(__file__).with_name("face_mesh.mjs")), str(arguments.model), str(crops), str(results)], check=True, env=os.environ)
        found = np.fromfile(results, np.float32).reshape(len(names), -1, 2)
    np.savez_compressed(arguments.output, names=names, points=found)
    print(f"{len(names)} of {len(sure)} images")


if __name__ == "__main__":
    main()
