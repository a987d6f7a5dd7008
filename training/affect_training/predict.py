"""Predictions of a model on a FaceSet, as probabilities and values in the labels' ranges."""
import numpy as np
import torch
from torch import Tensor, nn

from .augment import Augment
from .data.faceset import FaceSet


def normalise(images: Tensor) -> Tensor:
    """[0, 1] to [-1, 1]: mean 0.5, std 0.5 for every channel, as model.json says."""
    return (images - 0.5) / 0.5


def activate(outputs: dict[str, Tensor]) -> dict[str, Tensor]:
    activations = {"expression": lambda x: x.softmax(1), "va": torch.tanh, "au": torch.sigmoid}
    return {task: activations[task](raw.float()) for task, raw in outputs.items()}


def raw_outputs(model: nn.Module, crops: np.ndarray, size: int, batch: int = 128, change=None, mirror: bool = False) -> dict[str, np.ndarray]:
    """Raw outputs for uint8 crops. `change` maps float [N, 3, size, size] images in [0, 1] before the model (grey, smaller, …)."""
    model.eval()
    centre, collected = Augment(size), []
    with torch.no_grad():
        for start in range(0, len(crops), batch):
            images = centre(crops[start:start + batch])
            images = images if change is None else change(images)
            images = images.flip(3) if mirror else images
            collected.append(model(normalise(images).contiguous(memory_format=torch.channels_last)))
    return {task: torch.cat([c[task] for c in collected]).float().numpy() for task in collected[0]}


def predict(model: nn.Module, faces: FaceSet, size: int, change=None, mirror_average: bool = False) -> dict[str, np.ndarray]:
    """Activated predictions; mirror_average means the picture and its mirror image are averaged (for pseudo-labels)."""
    tensors = lambda raw: {task: torch.from_numpy(values) for task, values in raw.items()}
    result = activate(tensors(raw_outputs(model, faces.crops, size, change=change)))
    if mirror_average:
        other = activate(tensors(raw_outputs(model, faces.crops, size, change=change, mirror=True)))
        result = {task: (result[task] + other[task]) / 2 for task in result}
    return {task: values.numpy() for task, values in result.items()}
