"""Makes tests/data/crop-parity: drawn pictures, four points each and the crops that training cuts. Both languages test against it.

    python3 tools/make_crop_parity.py ../tests/data/crop-parity
"""
import json
import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))
from affect_training.crop import crop_aligned, similarity  # noqa: E402

SIZE = 64
TEMPLATE = [[20.85, 25.1], [43.15, 25.1], [32.0, 37.95], [32.0, 48.95]]

# Name -> image size, face centre, eye distance (pixels), roll (degrees). Block factors 1, 1, 2, 5, 2; the last lies partly outside.
CASES = {
    "enlarged": ((57, 43), (28, 22), 14.0, 0.0),
    "rolled": ((160, 121), (80, 60), 30.0, 25.0),
    "halved": ((321, 243), (150, 120), 58.0, -12.0),
    "large": ((403, 301), (200, 140), 124.0, 7.0),
    "outside": ((200, 150), (18, 16), 50.0, -30.0),
}


def drawing(size: tuple[int, int], seed: int) -> Image.Image:
    """A colour gradient with ellipses, lines and noise: smooth parts, edges and detail finer than a pixel of the crop."""
    generator = np.random.default_rng(seed)
    width, height = size
    x, y = np.meshgrid(np.arange(width) / width, np.arange(height) / height)
    base = np.stack([255 * x, 255 * y, 255 * (1 - x) * (1 - y)], -1) * 0.6 + 40
    image = Image.fromarray(base.astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(30):
        centre, radius = generator.random(2) * size, generator.random(2) * min(size) * 0.2
        colour = tuple(int(c) for c in generator.integers(0, 256, 3))
        box = [*(centre - radius), *(centre + radius)]
        draw.ellipse(box, fill=colour) if generator.random() < 0.5 else draw.line(box, fill=colour, width=2)
    noise = generator.integers(-6, 7, (height, width, 3))
    return Image.fromarray((np.asarray(image).astype(int) + noise).clip(0, 255).astype(np.uint8))


def points_of(centre: tuple[float, float], eye_distance: float, roll: float, seed: int) -> np.ndarray:
    """The template moved to the picture, each point then disturbed, so that the least-squares fit has something to do."""
    angle, template = np.radians(roll), np.array(TEMPLATE)
    scale = eye_distance / (template[1, 0] - template[0, 0])
    turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    disturbed = np.random.default_rng(seed).normal(0, eye_distance * 0.04, (4, 2))
    return np.round((template - SIZE / 2) @ turn.T + centre + disturbed, 3)


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    cases = []
    for seed, (name, (size, centre, eyes, roll)) in enumerate(CASES.items()):
        image, points = drawing(size, seed), points_of(centre, eyes, roll, seed)
        image.save(folder / f"{name}.png")
        crop_aligned(np.asarray(image), points, np.array(TEMPLATE), SIZE).astype("<f4").tofile(folder / f"{name}.f32")
        transform = similarity(points, np.array(TEMPLATE))
        cases.append({"name": name, "image": f"{name}.png", "points": points.tolist(), "expected": f"{name}.f32",
                      "transform": transform.tolist(), "sourcePixelsPerCropPixel": float(1 / np.hypot(*transform[:, 0]))})
    description = "expected: float32 little endian [64, 64, 3], row by row, RGB, 0..255, before normalisation. transform: image to crop, 2x3. " \
                  "points and template: right eye, left eye, nose, mouth (the subject's); pixels, corner origin."
    (folder / "cases.json").write_text(json.dumps({"description": description, "size": SIZE, "template": TEMPLATE, "cases": cases}, indent=1) + "\n")


if __name__ == "__main__":
    main()
