#!/usr/bin/env python3
"""Converts a MediaPipe face detection TFLite file to ONNX.

  tflite_to_onnx.py INPUT.tflite OUTPUT.onnx [--dynamic-size]

float16 and pruned (sparse) weights become dense float32; the layout becomes NCHW. The outputs keep TFLite's names and
their [N, anchors, values] shape. Batch is a free dimension. With --dynamic-size so are height and width (multiples of
the network's largest stride): a fully convolutional net then reads any frame shape without letterbox bars.
Needs Debian's python3-onnx and python3-numpy (run with /usr/bin/python3).
"""

from __future__ import annotations

import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import tflite_options
import tflite_reader

OPSET = 13


class Converter:
    def __init__(self, graph: tflite_reader.Graph, dynamic_size: bool) -> None:
        self.graph = graph
        self.dynamic_size = dynamic_size
        self.constants = {t.index: t.data for t in graph.tensors if t.data is not None and t.sparsity is None}
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.names = {graph.inputs[0]: "input"}
        self.reshaped: dict[int, int] = {}

    def convert(self) -> onnx.ModelProto:
        for operator in self.graph.operators:
            getattr(self, "_" + operator.name.lower())(operator)
        n, h, w, c = self.graph.tensors[self.graph.inputs[0]].shape
        size = ["height", "width"] if self.dynamic_size else [h, w]
        inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["batch", c, *size])]
        outputs = []
        for index in self.graph.outputs:
            tensor = self.graph.tensors[index]
            anchors = "anchors" if self.dynamic_size else tensor.shape[1]
            outputs.append(helper.make_tensor_value_info(self.names[index], TensorProto.FLOAT, ["batch", anchors, tensor.shape[2]]))
        graph = helper.make_graph(self.nodes, "face_detection", inputs, outputs, self.initializers)
        model = helper.make_model(graph, producer_name="affect-tflite-to-onnx", opset_imports=[helper.make_opsetid("", OPSET)])
        model.ir_version = 7
        onnx.checker.check_model(model)
        return model

    def _name(self, index: int) -> str:
        if index not in self.names:
            self.names[index] = self.graph.tensors[index].name.split(";")[0]
        return self.names[index]

    def _constant(self, name: str, value: np.ndarray) -> str:
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def _node(self, op: str, operator, inputs: list[str], activation: str = "NONE", **attributes) -> None:
        output = self._name(operator.outputs[0])
        target = output if activation == "NONE" else output + "/linear"
        self.nodes.append(helper.make_node(op, inputs, [target], name=f"{op}_{len(self.nodes)}", **attributes))
        if activation == "RELU":
            self.nodes.append(helper.make_node("Relu", [target], [output], name=f"Relu_{len(self.nodes)}"))
        elif activation != "NONE":
            raise ValueError(f"fused activation {activation} is not supported")

    def _densify(self, operator) -> None:
        self.constants[operator.outputs[0]] = tflite_reader.densify(self.graph.tensors[operator.inputs[0]])

    def _dequantize(self, operator) -> None:
        value = self.constants[operator.inputs[0]]
        if value.dtype != np.float16:
            raise ValueError("only float16 weights are dequantised")
        self.constants[operator.outputs[0]] = value.astype(np.float32)

    def _conv_2d(self, operator) -> None:
        weights = self.constants[operator.inputs[1]]
        self._convolution(operator, weights.transpose(0, 3, 1, 2), 1)

    def _depthwise_conv_2d(self, operator) -> None:
        weights = self.constants[operator.inputs[1]]
        groups = self.graph.tensors[operator.inputs[0]].shape[3]
        self._convolution(operator, weights.transpose(3, 0, 1, 2), groups)

    def _convolution(self, operator, weights: np.ndarray, groups: int) -> None:
        options = tflite_options.window(operator)
        name = self._name(operator.outputs[0])
        inputs = [self._name(operator.inputs[0]), self._constant(name + "/w", weights.astype(np.float32)),
                  self._constant(name + "/b", self.constants[operator.inputs[2]].astype(np.float32))]
        self._node("Conv", operator, inputs, options.activation, group=groups, kernel_shape=list(weights.shape[2:]),
                   strides=list(options.stride), dilations=list(options.dilation),
                   pads=self._pads(operator, weights.shape[2:], options))

    def _pads(self, operator, filter_size, options) -> list[int]:
        if not options.same_padding:
            return [0, 0, 0, 0]
        shape = self.graph.tensors[operator.inputs[0]].shape
        (top, bottom), (left, right) = (
            tflite_options.same_pads(shape[i + 1], filter_size[i], options.stride[i], options.dilation[i]) for i in (0, 1))
        return [top, left, bottom, right]

    def _max_pool_2d(self, operator) -> None:
        options = tflite_options.window(operator)
        self._node("MaxPool", operator, [self._name(operator.inputs[0])], options.activation,
                   kernel_shape=list(options.filter), strides=list(options.stride),
                   pads=self._pads(operator, options.filter, options))

    def _relu(self, operator) -> None:
        self._node("Relu", operator, [self._name(operator.inputs[0])])

    def _prelu(self, operator) -> None:
        slope = self.constants[operator.inputs[1]].astype(np.float32).reshape(-1, 1, 1)
        name = self._constant(self._name(operator.outputs[0]) + "/slope", slope)
        self._node("PRelu", operator, [self._name(operator.inputs[0]), name])

    def _add(self, operator) -> None:
        self._node("Add", operator, [self._name(i) for i in operator.inputs], tflite_options.add_activation(operator))

    def _pad(self, operator) -> None:
        before_after = self.constants[operator.inputs[1]].reshape(-1, 2)
        pads = before_after[[0, 3, 1, 2]].T.reshape(-1).astype(np.int64)  # NHWC pairs -> NCHW begins, ends
        name = self._constant(self._name(operator.outputs[0]) + "/pads", pads)
        self._node("Pad", operator, [self._name(operator.inputs[0]), name])

    def _resize_bilinear(self, operator) -> None:
        source = self.graph.tensors[operator.inputs[0]].shape
        target = self.graph.tensors[operator.outputs[0]].shape
        scales = np.array([1, 1, target[1] / source[1], target[2] / source[2]], np.float32)
        name = self._constant(self._name(operator.outputs[0]) + "/scales", scales)
        self._node("Resize", operator, [self._name(operator.inputs[0]), "", name], mode="linear",
                   coordinate_transformation_mode=tflite_options.resize_mode(operator))

    def _depth_to_space(self, operator) -> None:
        self._node("DepthToSpace", operator, [self._name(operator.inputs[0])], mode="DCR",
                   blocksize=tflite_options.block_size(operator))

    def _reshape(self, operator) -> None:
        """[N, C, H, W] -> [N, H * W * C / values, values]: NHWC order, as TFLite's reshape sees it."""
        source = self._name(operator.inputs[0])
        name = self._name(operator.outputs[0])
        values = self.graph.tensors[operator.outputs[0]].shape[-1]
        self.nodes.append(helper.make_node("Transpose", [source], [name + "/nhwc"], perm=[0, 2, 3, 1], name=name + "/transpose"))
        shape = self._constant(name + "/shape", np.array([0, -1, values], np.int64))
        self._node("Reshape", operator, [name + "/nhwc", shape])

    def _concatenation(self, operator) -> None:
        if operator.options.scalar(0, "i", 0) != 1 or len(self.graph.tensors[operator.outputs[0]].shape) != 3:
            raise ValueError("only concatenation along the anchors is supported")
        self._node("Concat", operator, [self._name(i) for i in operator.inputs], axis=1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input")
    parser.add_argument("output")
    parser.add_argument("--dynamic-size", action="store_true", help="leave height and width free")
    options = parser.parse_args()
    onnx.save(Converter(tflite_reader.read(options.input), options.dynamic_size).convert(), options.output)


if __name__ == "__main__":
    main()
