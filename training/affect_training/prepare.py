"""Reads data sets, cuts aligned crops and writes one FaceSet (.npz) each:  python3 -m affect_training.prepare CONFIG.yaml

The config names the crop (size, margin, template) and the sets (reader, its arguments, landmarks, split lists); see configs/prepare.yaml.
"""
import argparse
import pathlib

import numpy as np
import yaml

from .crop import crop_aligned
from .data.faceset import FaceSet
from .data.readers import read_set


def nominal_points(height: int, width: int, template: np.ndarray, size: int) -> np.ndarray:
    """Where the template's points lie when the whole image is the crop: the stand-in for a face image without landmarks."""
    return np.asarray(template) * (np.array([width, height]) / size)


def plausible(points: np.ndarray, template: np.ndarray, size: int, shape: tuple[int, ...]) -> bool:
    """False for landmarks that no upright face crop has: points outside of the image or eyes that nearly coincide."""
    height, width = shape[:2]
    inside = (points > -0.1 * max(shape[:2])).all() and (points < np.array([width, height]) * 1.1).all()
    eyes, expected = np.linalg.norm(points[0] - points[1]), np.linalg.norm(template[0] - template[1]) * width / size
    return bool(inside and 0.25 * expected < eyes)


def prepare_set(spec: dict, crop: dict) -> FaceSet:
    labels, load = read_set(spec["reader"], spec.get("arguments", {}))
    if "only" in spec or "without" in spec:
        files = spec.get("only") or spec["without"]
        listed = {name for path in ([files] if isinstance(files, str) else files) for name in pathlib.Path(path).read_text().split()}
        rows = np.array([r for r, name in enumerate(labels.names) if (name in listed) == ("only" in spec)])
        labels, load_all = labels.take(rows), load
        load = lambda row: load_all(rows[row])
    template, size, margin = np.array(crop["template"], float), crop["size"], crop["margin"]
    found = {}
    if "landmarks" in spec:
        with np.load(spec["landmarks"]) as data:
            found = {name: points for name, score, points in zip(data["names"].tolist(), data["score"], data["points"])
                     if score >= spec.get("minimum_score", 0.5)}
    side = size + 2 * margin
    crops, kept, aligned = np.zeros((len(labels), side, side, 3), np.uint8), [], 0
    for row in range(len(labels)):
        image = load(row)
        points = found.get(labels.names[row])
        if points is None or not plausible(points, template, size, image.shape):
            if spec.get("without_landmarks", "whole-image") == "drop":
                continue
            points = nominal_points(*image.shape[:2], template, size)
        else:
            aligned += 1
        crops[len(kept)] = np.clip(crop_aligned(image, points, template, size, margin).round(), 0, 255)
        kept.append(row)
    print(f"{spec['name']}: {len(labels)} read, {aligned} aligned, {len(kept) - aligned} whole image, {len(labels) - len(kept)} dropped")
    return FaceSet(spec["name"], crops[:len(kept)], labels.take(np.array(kept, int)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=pathlib.Path)
    config = yaml.safe_load(parser.parse_args().config.read_text())
    output = pathlib.Path(config["output"])
    output.mkdir(parents=True, exist_ok=True)
    for spec in config["sets"]:
        faces = prepare_set(spec, config["crop"])
        faces.save(output / f"{spec['name']}.npz")
        print("   labels held:", faces.labels.held())


if __name__ == "__main__":
    main()
