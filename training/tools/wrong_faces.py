"""A contact sheet of faces whose expression a model gets wrong, most confident mistakes first; look at it before believing a table.

    python3 tools/wrong_faces.py runs/NAME/model.pt runs/crops/ferplus-test.npz wrong.png [--count 50]

Under each face: the voted class with its share of the votes, and the model's class with its probability.
"""
import argparse
import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from affect_training import checkpoint  # noqa: E402
from affect_training.calibrate import plurality  # noqa: E402
from affect_training.data.faceset import FaceSet  # noqa: E402
from affect_training.labels import EXPRESSIONS  # noqa: E402
from affect_training.predict import predict  # noqa: E402

TILE, CAPTION, COLUMNS = 128, 28, 10


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("faces", type=pathlib.Path)
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--count", type=int, default=50)
    arguments = parser.parse_args()
    model, state = checkpoint.load(arguments.model)
    faces, size = FaceSet.load(arguments.faces), state["config"]["crop"]["size"]
    rows, truth = plurality(faces.labels.expression)
    probability = predict(model, faces, size)["expression"][rows]
    winner = probability.argmax(1)
    wrong = np.flatnonzero(winner != truth)
    wrong = wrong[np.argsort(-probability[wrong, winner[wrong]])]
    shown = wrong[np.linspace(0, len(wrong) - 1, min(arguments.count, len(wrong))).astype(int)]
    margin = (faces.crops.shape[1] - size) // 2
    sheet = Image.new("RGB", (COLUMNS * TILE, -(-len(shown) // COLUMNS) * (TILE + CAPTION)))
    draw = ImageDraw.Draw(sheet)
    for place, index in enumerate(shown):
        x, y = place % COLUMNS * TILE, place // COLUMNS * (TILE + CAPTION)
        crop = faces.crops[rows[index], margin:margin + size, margin:margin + size]
        sheet.paste(Image.fromarray(crop).resize((TILE, TILE), Image.BILINEAR), (x, y))
        votes = faces.labels.expression[rows[index]]
        draw.text((x + 2, y + TILE), f"voted {EXPRESSIONS[truth[index]]} {votes[truth[index]]:.1f}", fill=(120, 255, 120))
        draw.text((x + 2, y + TILE + 13), f"says {EXPRESSIONS[winner[index]]} {probability[index, winner[index]]:.2f}", fill=(255, 140, 120))
    sheet.save(arguments.output)
    print(f"{len(wrong)} of {len(rows)} wrong; {len(shown)} shown, from the most to the least confident")


if __name__ == "__main__":
    main()
