"""Half the file: weights stored as float16 and cast to float32 when the model is loaded. Activations stay float32, so speed and, nearly, results stay."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SMALLEST = 256  # values; below, a cast costs more bytes than it saves


def with_float16_weights(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which every big float32 initialiser is a float16 one behind a Cast, which ONNX Runtime folds away once, at load."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    casts = []
    for initialiser in result.graph.initializer:
        if initialiser.data_type != TensorProto.FLOAT or np.prod(initialiser.dims) < SMALLEST:
            continue
        values, name = numpy_helper.to_array(initialiser), initialiser.name
        if np.abs(values).max() > np.finfo(np.float16).max:
            raise ValueError(f"{name}: a weight of {np.abs(values).max():g} does not fit float16")
        initialiser.CopyFrom(numpy_helper.from_array(values.astype(np.float16), f"{name}/float16"))
        casts.append(helper.make_node("Cast", [f"{name}/float16"], [name], to=TensorProto.FLOAT))
    nodes = casts + list(result.graph.node)
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    onnx.checker.check_model(result)
    return result
