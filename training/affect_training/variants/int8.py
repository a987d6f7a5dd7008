"""Int8 for CPUs: 8-bit weights a channel, 8-bit activations with calibrated ranges, as QuantizeLinear / DequantizeLinear pairs.

ONNX Runtime fuses a pair around Conv, Add, Mul and pooling into its integer kernels. The linear layers behind the pooling stay float32: they cost next to
nothing and hold what the result hangs on. Weights use 7 of their 8 bits: on CPUs without VNNI the kernels add products in 16 bits, which full 8-bit weights overflow,
so that the same file would give other results there.
"""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .ranges import scale_and_zero

QUANTISED = ("Conv", "Add", "Mul", "AveragePool", "GlobalAveragePool")
WEIGHT_LEVELS = 63


def _attributes(node: onnx.NodeProto) -> dict:
    return {a.name: helper.get_attribute_value(a) for a in node.attribute}


def simplified(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy without padding by zero pixels, and with the mean over height and width as GlobalAveragePool (which has an integer kernel)."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    constants = {n.output[0]: numpy_helper.to_array(n.attribute[0].t) for n in result.graph.node if n.op_type == "Constant" and n.attribute[0].name == "value"}
    nodes, renamed = [], {}
    for node in result.graph.node:
        for index, name in enumerate(node.input):
            node.input[index] = renamed.get(name, name)
        if node.op_type == "Pad" and node.input[1] in constants and not constants[node.input[1]].any():
            renamed[node.output[0]] = node.input[0]
        elif node.op_type == "ReduceMean" and list(_attributes(node).get("axes", [])) == [2, 3] and _attributes(node).get("keepdims", 1) == 0:
            pooled = f"{node.output[0]}/pooled"
            nodes += [helper.make_node("GlobalAveragePool", [node.input[0]], [pooled]), helper.make_node("Flatten", [pooled], [node.output[0]], axis=1)]
        else:
            nodes.append(node)
    used = {name for node in nodes for name in node.input}
    del result.graph.node[:]
    result.graph.node.extend(n for n in nodes if n.op_type != "Constant" or n.output[0] in used)
    onnx.checker.check_model(result)
    return result


def activation_tensors(model: onnx.ModelProto) -> list[str]:
    """The tensors to quantise: what the integer kernels read and write; where a Relu follows alone, its output stands for the tensor before it."""
    graph = model.graph
    constant = {i.name for i in graph.initializer} | {n.output[0] for n in graph.node if n.op_type == "Constant"}
    readers = {}
    for node in graph.node:
        for name in node.input:
            readers.setdefault(name, []).append(node)
    outputs = {o.name for o in graph.output}

    def standing_for(name: str) -> str:
        after = readers.get(name, [])
        return after[0].output[0] if len(after) == 1 and after[0].op_type == "Relu" and name not in outputs else name

    found = {}
    for node in graph.node:
        if node.op_type in QUANTISED:
            for name in [*node.input, *node.output]:
                if name not in constant:
                    found[standing_for(name)] = None
    return [name for name in found if name not in outputs]


def with_outputs(model: onnx.ModelProto, tensors: list[str]) -> onnx.ModelProto:
    """A copy whose outputs are `tensors` (inputs of the model left out), for calibration."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    inputs = {i.name for i in result.graph.input}
    del result.graph.output[:]
    result.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in tensors if name not in inputs)
    return result


def quantise_weight(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int8 values and float32 scales, one an output channel (axis 0), symmetric."""
    scales = np.abs(values).reshape(len(values), -1).max(1) / WEIGHT_LEVELS
    scales = np.where(scales > 0, scales, 1.0).astype(np.float32)
    shaped = scales.reshape(-1, *[1] * (values.ndim - 1))
    return np.clip(np.round(values / shaped), -WEIGHT_LEVELS, WEIGHT_LEVELS).astype(np.int8), scales


class _Rewriter:
    """Builds the quantised graph; `ranges` gives each activation's (low, high)."""

    def __init__(self, model: onnx.ModelProto, ranges: dict[str, tuple[float, float]]):
        self.model, self.nodes, self.scales = model, [], {}
        self.values = {i.name: numpy_helper.to_array(i) for i in model.graph.initializer}
        self.added = {}
        for name, (low, high) in ranges.items():
            self.scales[name] = scale_and_zero(low, high)

    def constant(self, name: str, values: np.ndarray) -> str:
        self.added[name] = numpy_helper.from_array(values, name)
        return name

    def quantise_activation(self, name: str) -> None:
        """`name` -> Q -> DQ -> `name/int8`, which every later node reads instead."""
        scale, zero = self.scales[name]
        parameters = [self.constant(f"{name}/scale", np.float32(scale)), self.constant(f"{name}/zero", np.uint8(zero))]
        self.nodes.append(helper.make_node("QuantizeLinear", [name, *parameters], [f"{name}/q"]))
        self.nodes.append(helper.make_node("DequantizeLinear", [f"{name}/q", *parameters], [f"{name}/int8"]))

    def dequantised(self, name: str, values: np.ndarray, scales: np.ndarray) -> str:
        zero = np.zeros(len(scales), values.dtype)
        parameters = [self.constant(f"{name}/q", values), self.constant(f"{name}/scale", scales), self.constant(f"{name}/zero", zero)]
        self.nodes.append(helper.make_node("DequantizeLinear", parameters, [f"{name}/int8"], axis=0))
        return f"{name}/int8"

    def convolution(self, node: onnx.NodeProto) -> onnx.NodeProto:
        weight, scales = quantise_weight(self.values[node.input[1]])
        inputs = [f"{node.input[0]}/int8", self.dequantised(node.input[1], weight, scales)]
        if len(node.input) > 2:  # the bias adds to the kernel's 32-bit sums, so it has their scale
            bias_scales = (scales * np.float32(self.scales[node.input[0]][0])).astype(np.float32)
            bias = np.round(self.values[node.input[2]] / bias_scales).astype(np.int32)
            inputs.append(self.dequantised(node.input[2], bias, bias_scales))
        changed = onnx.NodeProto()
        changed.CopyFrom(node)
        changed.input[:] = inputs
        return changed

    def rewrite(self) -> onnx.ModelProto:
        for name in (i.name for i in self.model.graph.input):
            if name in self.scales:
                self.quantise_activation(name)
        for node in self.model.graph.node:
            if node.op_type == "Conv":
                self.nodes.append(self.convolution(node))
            else:
                changed = onnx.NodeProto()
                changed.CopyFrom(node)
                changed.input[:] = [f"{name}/int8" if name in self.scales else name for name in node.input]
                self.nodes.append(changed)
            for name in node.output:
                if name in self.scales:
                    self.quantise_activation(name)
        used = {name for node in self.nodes for name in node.input}
        graph = self.model.graph
        kept = [i for i in graph.initializer if i.name in used]
        result = helper.make_model(helper.make_graph(self.nodes, graph.name, graph.input, graph.output, kept + list(self.added.values())),
                                   opset_imports=self.model.opset_import, ir_version=self.model.ir_version, producer_name=self.model.producer_name)
        onnx.checker.check_model(result)
        return result


def to_int8(model: onnx.ModelProto, ranges: dict[str, tuple[float, float]]) -> onnx.ModelProto:
    """`model` (simplified) with the tensors of `ranges` in int8."""
    return _Rewriter(model, ranges).rewrite()
