"""Runs a TFLite float graph in plain numpy, NHWC, straight from the file.

It shares only the file reader with the ONNX conversion, so that the two can be checked against each other.
"""

from __future__ import annotations

import numpy as np

import tflite_options
import tflite_reader


def run(graph: tflite_reader.Graph, image: np.ndarray) -> list[np.ndarray]:
    """image: float32 [1, H, W, C] in the model's own range. Returns the output tensors in the file's order."""
    values = {t.index: t.data for t in graph.tensors if t.data is not None and t.sparsity is None}
    values[graph.inputs[0]] = image.astype(np.float32)
    for operator in graph.operators:
        values[operator.outputs[0]] = _apply(graph, operator, values)
    return [values[i] for i in graph.outputs]


def _apply(graph, operator, values):
    name = operator.name
    if name == "DENSIFY":
        return tflite_reader.densify(graph.tensors[operator.inputs[0]])
    x = values[operator.inputs[0]]
    if name == "DEQUANTIZE":
        return x.astype(np.float32)
    if name in ("CONV_2D", "DEPTHWISE_CONV_2D"):
        return _convolution(operator, x, values[operator.inputs[1]], values[operator.inputs[2]])
    if name == "MAX_POOL_2D":
        return _max_pool(operator, x)
    if name == "RELU":
        return np.maximum(x, 0)
    if name == "PRELU":
        return np.where(x >= 0, x, x * values[operator.inputs[1]])
    if name == "ADD":
        return _activate(x + values[operator.inputs[1]], tflite_options.add_activation(operator))
    if name == "PAD":
        return np.pad(x, values[operator.inputs[1]].reshape(-1, 2))
    if name == "RESIZE_BILINEAR":
        height, width = values[operator.inputs[1]].tolist()
        mode = tflite_options.resize_mode(operator)
        return _resize(_resize(x, 1, height, mode), 2, width, mode)
    if name == "DEPTH_TO_SPACE":
        n, h, w, c = x.shape
        b = tflite_options.block_size(operator)
        return x.reshape(n, h, w, b, b, c // b // b).transpose(0, 1, 3, 2, 4, 5).reshape(n, h * b, w * b, -1)
    if name == "RESHAPE":
        return x.reshape(graph.tensors[operator.outputs[0]].shape)
    if name == "CONCATENATION":
        return np.concatenate([values[i] for i in operator.inputs], axis=operator.options.scalar(0, "i", 0))
    if name == "LOGISTIC":
        return 1 / (1 + np.exp(-x))
    raise ValueError(f"no numpy form of {name}")


def _activate(x, activation):
    if activation == "NONE":
        return x
    return np.maximum(x, 0) if activation == "RELU" else np.clip(x, 0, 6)


def _windows(x, filter_size, options, fill):
    if options.same_padding:
        pads = [tflite_options.same_pads(x.shape[i + 1], filter_size[i], options.stride[i], options.dilation[i]) for i in (0, 1)]
        x = np.pad(x, [(0, 0), pads[0], pads[1], (0, 0)], constant_values=fill)
    for ky in range(filter_size[0]):
        for kx in range(filter_size[1]):
            top, left = ky * options.dilation[0], kx * options.dilation[1]
            bottom = x.shape[1] - (filter_size[0] - 1 - ky) * options.dilation[0]
            right = x.shape[2] - (filter_size[1] - 1 - kx) * options.dilation[1]
            yield ky, kx, x[:, top:bottom:options.stride[0], left:right:options.stride[1]]


def _convolution(operator, x, weights, bias):
    options = tflite_options.window(operator)
    total = bias.astype(np.float64)
    for ky, kx, part in _windows(x, weights.shape[1:3], options, 0):
        if operator.name == "DEPTHWISE_CONV_2D":
            multiplier = weights.shape[3] // x.shape[3]
            total = total + np.repeat(part.astype(np.float64), multiplier, axis=3) * weights[0, ky, kx]
        else:
            total = total + part.astype(np.float64) @ weights[:, ky, kx, :].T.astype(np.float64)
    return _activate(total.astype(np.float32), options.activation)


def _max_pool(operator, x):
    options = tflite_options.window(operator)
    result = None
    for _, _, part in _windows(x, options.filter, options, -np.inf):
        result = part if result is None else np.maximum(result, part)
    return _activate(result, options.activation)


def _resize(x, axis, size, mode):
    old = x.shape[axis]
    at = np.arange(size, dtype=np.float64)
    if mode == "half_pixel":
        at = np.maximum((at + 0.5) * old / size - 0.5, 0)
    elif mode == "align_corners":
        at = at * (old - 1) / max(1, size - 1)
    else:
        at = at * old / size
    low = np.floor(at).astype(int)
    high = np.minimum(low + 1, old - 1)
    share = (at - low).astype(np.float32)
    shape = [1] * x.ndim
    shape[axis] = size
    share = share.reshape(shape)
    return np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share
