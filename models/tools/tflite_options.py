"""The builtin options of the operators that tflite_reader knows, by name instead of field number."""

from __future__ import annotations

from dataclasses import dataclass

from tflite_reader import ACTIVATIONS, Operator


@dataclass(frozen=True)
class WindowOptions:
    same_padding: bool
    stride: tuple[int, int]      # height, width
    dilation: tuple[int, int]    # height, width
    filter: tuple[int, int]      # height, width; pooling only
    activation: str


def window(operator: Operator) -> WindowOptions:
    options = operator.options
    same = options.scalar(0, "b", 0) == 0
    stride = (options.scalar(2, "i", 1), options.scalar(1, "i", 1))
    if operator.name == "CONV_2D":
        dilation, pool, fused = (options.scalar(5, "i", 1), options.scalar(4, "i", 1)), (0, 0), options.scalar(3, "b", 0)
    elif operator.name == "DEPTHWISE_CONV_2D":
        dilation, pool, fused = (options.scalar(6, "i", 1), options.scalar(5, "i", 1)), (0, 0), options.scalar(4, "b", 0)
    else:
        dilation = (1, 1)
        pool, fused = (options.scalar(4, "i", 1), options.scalar(3, "i", 1)), options.scalar(5, "b", 0)
    return WindowOptions(same, stride, dilation, pool, ACTIVATIONS[fused])


def add_activation(operator: Operator) -> str:
    return ACTIVATIONS[operator.options.scalar(0, "b", 0)] if operator.options else "NONE"


def resize_mode(operator: Operator) -> str:
    """The name ONNX gives to the coordinate transformation of a RESIZE_BILINEAR."""
    if operator.options and operator.options.scalar(2, "b", 0):
        return "align_corners"
    if operator.options and operator.options.scalar(3, "b", 0):
        return "half_pixel"
    return "asymmetric"


def block_size(operator: Operator) -> int:
    return operator.options.scalar(0, "i", 0)


def same_pads(size: int, filter_size: int, stride: int, dilation: int) -> tuple[int, int]:
    """TFLite SAME padding of one axis: (before, after)."""
    output = -(-size // stride)
    total = max(0, (output - 1) * stride + (filter_size - 1) * dilation + 1 - size)
    return total // 2, total - total // 2
