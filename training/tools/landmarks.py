"""Find the four alignment points on training images, with BlazeFace run by node (landmarks.mjs).

    python3 tools/landmarks.py --blazeface face_detection_front_128x128_barracuda.onnx \\
        --images FOLDER | --ferplus FILE.npz  --output LANDMARKS.npz

Each image is tried at several sizes on a 128x128 canvas whose border replicates the image's edge, because a tight crop
shows the detector too little around the face; the best scoring size wins.

LANDMARKS.npz: `names` (the file names, or the row numbers of the npz), `score` float32 [N] in [0, 1], `points` float32 [N, 4, 2]:
right eye, left eye, nose, mouth (the subject's), pixels of the image, corner origin.
"""
import argparse
import os
import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

CANVAS = 128
FILLS = (0.85, 0.65)


def canvas_of(image: Image.Image, fill: float) -> tuple[np.ndarray, float, int, int]:
    """The image on a 128x128 canvas (its longer side is `fill` of it) with scale and offsets: canvas = image * scale + offset."""
    scale = CANVAS * fill / max(image.size)
    width, height = (max(1, round(side * scale)) for side in image.size)
    left, top = (CANVAS - width) // 2, (CANVAS - height) // 2
    small = np.asarray(image.convert("RGB").resize((width, height), Image.BILINEAR))
    padding = ((top, CANVAS - height - top), (left, CANVAS - width - left), (0, 0))
    return np.pad(small, padding, mode="edge"), scale, left, top


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--blazeface", required=True)
    parser.add_argument("--images", type=pathlib.Path)
    parser.add_argument("--ferplus", type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.ferplus:
        faces = np.load(arguments.ferplus)["images"]
        names = [str(row) for row in range(len(faces))]
        load = lambda row: Image.fromarray(faces[row])
    else:
        paths = sorted(p for p in arguments.images.rglob("*") if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        names = [str(p.relative_to(arguments.images)) for p in paths]
        load = lambda row: Image.open(paths[row])

    placements = np.zeros((len(names), len(FILLS), 3), np.float32)
    with tempfile.TemporaryDirectory() as scratch:
        canvases, results = pathlib.Path(scratch, "canvases.bin"), pathlib.Path(scratch, "results.bin")
        with canvases.open("wb") as stream:
            for row in range(len(names)):
                image = load(row)
                for index, fill in enumerate(FILLS):
                    pixels, *placement = canvas_of(image, fill)
                    placements[row, index] = placement
                    stream.write(pixels.tobytes())
        script = pathlib.Path(__file__).with_name("landmarks.mjs")
        subprocess.run(["node", str(script), arguments.blazeface, str(canvases), str(results)], check=True, env=os.environ)
        found = np.fromfile(results, np.float32).reshape(len(names), len(FILLS), 13)

    best = found[:, :, 0].argmax(1)
    rows = np.arange(len(names))
    points = found[rows, best, 1:9].reshape(-1, 4, 2)
    scale, offset = placements[rows, best, :1, None], placements[rows, best, None, 1:]
    np.savez_compressed(arguments.output, names=np.array(names), score=found[rows, best, 0], points=(points - offset) / scale)


if __name__ == "__main__":
    main()
