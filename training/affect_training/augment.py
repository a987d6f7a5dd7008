"""Augmentation on whole batches, for faces as video shows them: small, blurred, compressed, grey, noisy, half hidden, badly aligned.

Every draw comes from the generator that the caller seeds, so that a resumed training repeats the same pictures.
No label of this project names a side of the face, so a mirror image keeps its labels; a label that did would have to be swapped here.
"""
import io
import math

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

DEFAULTS = {
    "flip": 0.5, "rotation_degrees": 8.0, "scale": 0.08, "shift_pixels": 2.0,
    "low_resolution": 0.25, "low_resolution_pixels": (18, 48), "blur": 0.15, "jpeg": 0.15, "jpeg_quality": (15, 70),
    "grey": 0.2, "light": 0.2, "tint": 0.04, "noise": 0.2, "noise_sigma": 0.06, "hide": 0.25, "hide_share": 0.45,
}


class Augment:
    """Turns uint8 [N, S, S, 3] crops with a margin into float32 [N, 3, size, size] in [0, 1]. Without a generator: the plain centre.

    augmented_size: the pixels of augmented crops where they should be fewer than `size`; they show the same part of the face.
    """

    def __init__(self, size: int, settings: dict | None = None, augmented_size: int | None = None):
        unknown = set(settings or {}) - set(DEFAULTS)
        if unknown:
            raise ValueError(f"augment: unknown settings {sorted(unknown)}; known are {sorted(DEFAULTS)}")
        self.size, self.settings = size, {**DEFAULTS, **(settings or {})}
        self.augmented_size = augmented_size or size

    def __call__(self, crops: np.ndarray, generator: np.random.Generator | None = None) -> Tensor:
        images = torch.from_numpy(np.ascontiguousarray(crops)).permute(0, 3, 1, 2).float().div_(255)
        margin = (images.shape[-1] - self.size) // 2
        if generator is None:
            return images[..., margin:margin + self.size, margin:margin + self.size].contiguous()
        images = self._move(images, generator)
        images = self._recolour(images, generator)
        self._blur(images, generator)
        self._shrink(images, generator)
        self._add_noise(images, generator)
        self._compress(images, generator)
        self._hide(images, generator)
        return images.clamp_(0, 1)

    def _chosen(self, images: Tensor, name: str, generator: np.random.Generator) -> np.ndarray:
        return np.flatnonzero(generator.random(len(images)) < self.settings[name])

    def _move(self, images: Tensor, generator: np.random.Generator) -> Tensor:
        count, side = len(images), images.shape[-1]
        angle = np.radians(generator.normal(0, self.settings["rotation_degrees"], count))
        zoom = np.exp(generator.normal(0, self.settings["scale"], count)) * self.size / side
        mirror = np.where(generator.random(count) < self.settings["flip"], -1.0, 1.0)
        shift = generator.normal(0, self.settings["shift_pixels"], (count, 2)) * 2 / side
        theta = np.zeros((count, 2, 3), np.float32)
        theta[:, 0, 0], theta[:, 0, 1] = zoom * np.cos(angle) * mirror, -zoom * np.sin(angle)
        theta[:, 1, 0], theta[:, 1, 1] = zoom * np.sin(angle) * mirror, zoom * np.cos(angle)
        theta[:, :, 2] = shift
        grid = F.affine_grid(torch.from_numpy(theta), [count, 3, self.augmented_size, self.augmented_size], align_corners=False)
        return F.grid_sample(images, grid, padding_mode="border", align_corners=False)

    def _recolour(self, images: Tensor, generator: np.random.Generator) -> Tensor:
        count, light, tint = len(images), self.settings["light"], self.settings["tint"]
        column = lambda values, width=1: torch.from_numpy(values.astype(np.float32)).view(count, width, 1, 1)
        grey = (images * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
        keep = np.where(generator.random(count) < self.settings["grey"], 0.0, generator.uniform(0.6, 1.3, count))
        images = grey + (images - grey) * column(keep)
        images = images * column(np.exp(generator.normal(0, tint, (count, 3)) * (keep > 0)[:, None]), 3)
        gamma = column(np.exp(generator.normal(0, light, count)))
        images = images.clamp(1e-3, 1) ** gamma
        mean = images.mean((1, 2, 3), keepdim=True)
        contrast = column(np.exp(generator.normal(0, light, count)))
        return ((images - mean) * contrast + mean + column(generator.normal(0, light / 4, count))).clamp_(0, 1)

    def _blur(self, images: Tensor, generator: np.random.Generator) -> None:
        rows = self._chosen(images, "blur", generator)
        for part in np.array_split(rows, min(3, len(rows)) or 1):
            sigma, along = generator.uniform(0.6, 2.0), generator.random()
            if not len(part):
                continue
            offsets = torch.arange(-4, 5, dtype=torch.float32)
            kernel = torch.exp(-offsets ** 2 / (2 * sigma ** 2))
            kernel = (kernel / kernel.sum()).repeat(3, 1)
            picked = images[part]
            if along < 0.75:  # horizontal only below 0.25: motion blur
                picked = F.conv2d(F.pad(picked, (4, 4, 0, 0), mode="replicate"), kernel[:, None, None, :], groups=3)
            if along >= 0.25:
                picked = F.conv2d(F.pad(picked, (0, 0, 4, 4), mode="replicate"), kernel[:, None, :, None], groups=3)
            images[part] = picked

    def _shrink(self, images: Tensor, generator: np.random.Generator) -> None:
        rows = self._chosen(images, "low_resolution", generator)
        low, high = self.settings["low_resolution_pixels"]
        for part in np.array_split(rows, min(4, len(rows)) or 1):
            side = int(generator.integers(low, high + 1))
            if len(part):
                small = F.interpolate(images[part], size=side, mode="area")
                images[part] = F.interpolate(small, size=self.augmented_size, mode="bilinear", align_corners=False)

    def _add_noise(self, images: Tensor, generator: np.random.Generator) -> None:
        rows = self._chosen(images, "noise", generator)
        if len(rows):
            sigma = generator.uniform(0, self.settings["noise_sigma"], (len(rows), 1, 1, 1)).astype(np.float32)
            noise = generator.standard_normal((len(rows), 3, self.augmented_size, self.augmented_size), np.float32)
            images[rows] = (images[rows] + torch.from_numpy(noise * sigma)).clamp_(0, 1)

    def _compress(self, images: Tensor, generator: np.random.Generator) -> None:
        for row in self._chosen(images, "jpeg", generator):
            quality = int(generator.integers(*self.settings["jpeg_quality"]))
            pixels = (images[row].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
            stream = io.BytesIO()
            Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
            images[row] = torch.from_numpy(np.array(Image.open(stream))).permute(2, 0, 1).float() / 255

    def _hide(self, images: Tensor, generator: np.random.Generator) -> None:
        """Covers a rectangle with a flat colour: a hand, a microphone, a caption, another head."""
        for row in self._chosen(images, "hide", generator):
            area = generator.uniform(0.03, self.settings["hide_share"] ** 2) * self.augmented_size ** 2
            aspect = math.exp(generator.uniform(-0.9, 0.9))
            height = min(self.augmented_size, max(2, int(math.sqrt(area * aspect))))
            width = min(self.augmented_size, max(2, int(math.sqrt(area / aspect))))
            top, left = generator.integers(0, self.augmented_size - height + 1), generator.integers(0, self.augmented_size - width + 1)
            colour = generator.random(3 if generator.random() < 0.5 else 1).astype(np.float32)
            images[row, :, top:top + height, left:left + width] = torch.from_numpy(np.broadcast_to(colour, 3).copy()).view(3, 1, 1)
