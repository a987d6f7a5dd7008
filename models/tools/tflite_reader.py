"""Reads the part of a TensorFlow Lite file that a float convolution network needs.

A TFLite file is one FlatBuffer whose schema is tensorflow/lite/schema/schema.fbs
(tensorflow v2.15.0). The field numbers below are the
declaration order in that schema; a table field that is absent has its schema default.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

import numpy as np

TENSOR_TYPES = {0: np.float32, 1: np.float16, 2: np.int32, 3: np.uint8, 4: np.int64, 9: np.int8}

OPERATORS = {
    0: "ADD", 3: "CONV_2D", 4: "DEPTHWISE_CONV_2D", 6: "DEQUANTIZE", 17: "MAX_POOL_2D",
    2: "CONCATENATION", 5: "DEPTH_TO_SPACE", 22: "RESHAPE", 23: "RESIZE_BILINEAR", 34: "PAD", 54: "PRELU", 19: "RELU",
    14: "LOGISTIC", 124: "DENSIFY",
}

ACTIVATIONS = {0: "NONE", 1: "RELU", 3: "RELU6"}


class Table:
    """One FlatBuffer table: a position and its vtable."""

    def __init__(self, data: bytes, position: int) -> None:
        self.data = data
        self.position = position
        self.vtable = position - struct.unpack_from("<i", data, position)[0]
        self.vtable_size = struct.unpack_from("<H", data, self.vtable)[0]

    def _offset(self, number: int) -> int:
        slot = 4 + 2 * number
        if slot >= self.vtable_size:
            return 0
        relative = struct.unpack_from("<H", self.data, self.vtable + slot)[0]
        return self.position + relative if relative else 0

    def scalar(self, number: int, form: str, default):
        at = self._offset(number)
        return struct.unpack_from("<" + form, self.data, at)[0] if at else default

    def _indirect(self, at: int) -> int:
        return at + struct.unpack_from("<I", self.data, at)[0]

    def table(self, number: int) -> "Table | None":
        at = self._offset(number)
        return Table(self.data, self._indirect(at)) if at else None

    def tables(self, number: int) -> list["Table"]:
        at = self._offset(number)
        if not at:
            return []
        start = self._indirect(at)
        count = struct.unpack_from("<I", self.data, start)[0]
        return [Table(self.data, self._indirect(start + 4 + 4 * i)) for i in range(count)]

    def array(self, number: int, dtype) -> np.ndarray:
        at = self._offset(number)
        if not at:
            return np.zeros(0, dtype)
        start = self._indirect(at)
        count = struct.unpack_from("<I", self.data, start)[0]
        return np.frombuffer(self.data, dtype, count, start + 4)

    def text(self, number: int) -> str:
        return self.array(number, np.uint8).tobytes().decode("utf-8")


@dataclass
class Sparsity:
    """How a pruned tensor is stored: dense and CSR dimensions in traversal order."""

    traversal_order: list[int]
    block_map: list[int]
    dimensions: list[tuple[str, int, np.ndarray, np.ndarray]]


@dataclass
class Tensor:
    index: int
    name: str
    shape: list[int]
    dtype: type
    data: np.ndarray | None
    sparsity: Sparsity | None


@dataclass
class Operator:
    name: str
    inputs: list[int]
    outputs: list[int]
    options: Table | None


@dataclass
class Graph:
    tensors: list[Tensor]
    inputs: list[int]
    outputs: list[int]
    operators: list[Operator] = field(default_factory=list)


def read(path: str) -> Graph:
    with open(path, "rb") as file:
        data = file.read()
    if data[4:8] != b"TFL3":
        raise ValueError(f"{path} is not a TensorFlow Lite 3 file (no TFL3 mark)")
    model = Table(data, struct.unpack_from("<I", data, 0)[0])
    codes = [max(code.scalar(0, "b", 0), code.scalar(3, "i", 0)) for code in model.tables(1)]
    buffers = [buffer.array(0, np.uint8) for buffer in model.tables(4)]
    subgraphs = model.tables(2)
    if len(subgraphs) != 1:
        raise ValueError(f"{path} has {len(subgraphs)} subgraphs; one is expected")
    subgraph = subgraphs[0]
    tensors = [_tensor(i, table, buffers) for i, table in enumerate(subgraph.tables(0))]
    graph = Graph(tensors, subgraph.array(1, np.int32).tolist(), subgraph.array(2, np.int32).tolist())
    for table in subgraph.tables(3):
        code = codes[table.scalar(0, "I", 0)]
        if code not in OPERATORS:
            raise ValueError(f"{path} uses TFLite operator {code}, which is not supported")
        graph.operators.append(Operator(
            OPERATORS[code], table.array(1, np.int32).tolist(), table.array(2, np.int32).tolist(), table.table(4)))
    return graph


def _tensor(index: int, table: Table, buffers: list[np.ndarray]) -> Tensor:
    kind = table.scalar(1, "b", 0)
    if kind not in TENSOR_TYPES:
        raise ValueError(f"tensor {table.text(3)} has type {kind}, which is not supported")
    dtype = TENSOR_TYPES[kind]
    shape = table.array(0, np.int32).tolist()
    raw = buffers[table.scalar(2, "I", 0)]
    sparsity = _sparsity(table.table(6))
    data = None
    if raw.size:
        data = np.frombuffer(raw.tobytes(), dtype)
        if sparsity is None:
            data = data.reshape(shape)
    return Tensor(index, table.text(3), shape, dtype, data, sparsity)


def _sparsity(table: Table | None) -> Sparsity | None:
    if table is None:
        return None
    dimensions = []
    for dimension in table.tables(2):
        if dimension.scalar(0, "b", 0) == 0:
            dimensions.append(("dense", dimension.scalar(1, "i", 0), None, None))
        else:
            segments = _index_vector(dimension, 2)
            dimensions.append(("csr", 0, segments, _index_vector(dimension, 4)))
    return Sparsity(table.array(0, np.int32).tolist(), table.array(1, np.int32).tolist(), dimensions)


def _index_vector(dimension: Table, number: int) -> np.ndarray:
    """A SparseIndexVector union: 1 = int32, 2 = uint16, 3 = uint8."""
    dtype = {1: np.int32, 2: np.uint16, 3: np.uint8}[dimension.scalar(number, "B", 0)]
    return dimension.table(number + 1).array(0, dtype).astype(np.int64)


def densify(tensor: Tensor) -> np.ndarray:
    """Expands a pruned tensor: walks the stored dimensions in traversal order, zeros elsewhere."""
    sparsity = tensor.sparsity
    rank = len(tensor.shape)
    block_of = {rank + i: dimension for i, dimension in enumerate(sparsity.block_map)}
    sizes = {}
    for level, (form, size, _, _) in zip(sparsity.traversal_order, sparsity.dimensions):
        if level >= rank:
            sizes[level] = size
    block_size = [1] * rank
    for level, dimension in block_of.items():
        block_size[dimension] = sizes[level]
    dense = np.zeros(tensor.shape, tensor.dtype)

    def walk(level: int, position: int, index: dict[int, int]) -> None:
        if level == len(sparsity.traversal_order):
            at = [index[d] * block_size[d] for d in range(rank)]
            for extra, dimension in block_of.items():
                at[dimension] += index[extra]
            dense[tuple(at)] = tensor.data[position]
            return
        name = sparsity.traversal_order[level]
        form, size, segments, indices = sparsity.dimensions[level]
        if form == "dense":
            for i in range(size):
                walk(level + 1, position * size + i, {**index, name: i})
        else:
            for i in range(segments[position], segments[position + 1]):
                walk(level + 1, i, {**index, name: int(indices[i])})

    walk(0, 0, {})
    return dense
