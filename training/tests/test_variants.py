"""The fp16 and int8 variants of a tiny net, computed operator by operator."""
import pathlib
import tempfile
import unittest

import numpy as np
import onnx
import torch
from onnx import TensorProto

from affect_training import export
from affect_training.designs import build
from affect_training.labels import TASKS
from affect_training.variants.differences import differences
from affect_training.variants.float16_weights import with_float16_weights
from affect_training.variants.int8 import WEIGHT_LEVELS, activation_tensors, quantise_weight, simplified, to_int8, with_outputs
from affect_training.variants.ranges import best_range, scale_and_zero

from . import onnx_loop
from .tiny import SIZE, tiny_set


class VariantTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        torch.manual_seed(2)
        cls.model = build({"name": "affect_small", "width": 8, "blocks": [1, 1]})
        cls.x = torch.randn(6, 3, SIZE, SIZE)
        cls.model.train()
        for _ in range(3):  # norms that know their data, so that activations are of size one
            cls.model(cls.x)
        cls.model.eval()
        with tempfile.TemporaryDirectory() as scratch:
            path = pathlib.Path(scratch, "model.onnx")
            export.export_onnx(cls.model, list(TASKS), SIZE, path)
            cls.onnx = onnx.load(str(path))
        with torch.no_grad():
            cls.expected = {task: values.numpy() for task, values in cls.model(cls.x).items()}

    def largest_difference(self, model: onnx.ModelProto) -> float:
        found = onnx_loop.run(model, self.x.numpy())
        self.assertEqual(set(found), set(TASKS))
        return max(float(np.abs(found[task] - self.expected[task]).max()) for task in TASKS)

    def ranges(self, model: onnx.ModelProto) -> dict:
        tensors = activation_tensors(model)
        seen = onnx_loop.run(with_outputs(model, tensors), self.x.numpy()) | {"input": self.x.numpy()}
        self.assertEqual(set(seen), set(tensors))
        return {name: (min(0.0, float(values.min())), max(0.0, float(values.max()))) for name, values in seen.items()}

    def test_simplified_computes_the_same_without_padding(self):
        simple = simplified(self.onnx)
        self.assertLess(self.largest_difference(simple), 1e-5)
        kinds = [node.op_type for node in simple.graph.node]
        self.assertNotIn("Pad", kinds)
        self.assertNotIn("ReduceMean", kinds)

    def test_float16_weights_halve_the_file_and_hardly_change_results(self):
        small = with_float16_weights(self.onnx)
        self.assertLess(small.ByteSize(), 0.7 * self.onnx.ByteSize())
        difference = self.largest_difference(small)
        self.assertTrue(0 < difference < 0.01, difference)

    def test_a_weight_too_big_for_float16_is_an_error(self):
        huge = onnx.ModelProto()
        huge.CopyFrom(self.onnx)
        target = next(i for i in huge.graph.initializer if np.prod(i.dims) > 300)
        target.CopyFrom(onnx.numpy_helper.from_array(np.full(tuple(target.dims), 1e6, np.float32), target.name))
        with self.assertRaisesRegex(ValueError, "does not fit float16"):
            with_float16_weights(huge)

    def test_int8_stays_near_and_every_convolution_is_in_it(self):
        simple = simplified(self.onnx)
        quantised = to_int8(simple, self.ranges(simple))
        difference = self.largest_difference(quantised)
        scale = max(float(np.abs(v).max()) for v in self.expected.values())
        self.assertTrue(0 < difference < 0.1 * max(1.0, scale), difference)
        makers = {output: node for node in quantised.graph.node for output in node.output}
        convolutions = [node for node in quantised.graph.node if node.op_type == "Conv"]
        self.assertEqual(len(convolutions), sum(node.op_type == "Conv" for node in self.onnx.graph.node))
        for node in convolutions:
            self.assertEqual([makers[name].op_type for name in node.input], ["DequantizeLinear"] * 3)
        kinds = {i.name: i.data_type for i in quantised.graph.initializer}
        self.assertEqual({kinds[makers[node.input[1]].input[0]] for node in convolutions}, {TensorProto.INT8})
        self.assertEqual({kinds[makers[node.input[2]].input[0]] for node in convolutions}, {TensorProto.INT32})

    def test_narrow_ranges_clip(self):
        simple = simplified(self.onnx)
        narrow = {name: (low / 50, high / 50) for name, (low, high) in self.ranges(simple).items()}
        self.assertGreater(self.largest_difference(to_int8(simple, narrow)), 5 * self.largest_difference(to_int8(simple, self.ranges(simple))))

    def test_weights_round_to_half_a_step_a_channel(self):
        weight = np.random.default_rng(0).normal(size=(5, 4, 3, 3)).astype(np.float32) * np.array([1, 10, 0.1, 0, 3], np.float32)[:, None, None, None]
        q, scales = quantise_weight(weight)
        self.assertLessEqual(int(np.abs(q).max()), WEIGHT_LEVELS)
        error = np.abs(q * scales[:, None, None, None] - weight).reshape(5, -1).max(1)
        self.assertTrue((error <= scales * 0.5001).all())

    def test_the_best_range_clips_an_outlier_and_keeps_zero(self):
        values = np.concatenate([np.random.default_rng(0).normal(0, 1, 100_000), [40.0]])
        counts, edges = np.histogram(values, 1024)
        low, high = best_range(edges[0], edges[-1], counts.tolist())
        # Rounding costs 100,001 · ((high + 4) / 255)² / 12, clipping (40 - high)²: least near 35.
        self.assertAlmostEqual(high, 35, delta=1.5)
        scale, zero = scale_and_zero(low, high)
        self.assertTrue(0 <= zero <= 255)
        self.assertAlmostEqual((255 - zero) * scale, high, delta=scale)
        self.assertEqual(best_range(2.0, 3.0, [1, 5, 1])[0], 0.0)

    def test_differences_of_equal_outputs_are_zero_and_of_worse_ones_negative(self):
        faces = tiny_set("test", 60, 3)
        sure = {"expression": faces.labels.expression * 10, "va": np.arctanh(faces.labels.va), "au": np.nan_to_num(faces.labels.au) * 10 - 5}
        worse = {**sure, "expression": np.roll(sure["expression"], 7, 0)}
        calibration = {"au": {"thresholds": [0.5] * 12, "temperature": 1.0}}
        same = differences((sure, sure), (sure, sure), faces, faces, calibration)
        self.assertEqual((same["accuracy"]["value"], same["same_expression"]), (0.0, 1.0))
        lost = differences((worse, sure), (sure, sure), faces, faces, calibration)
        self.assertLess(lost["accuracy"]["high"], 0)
        self.assertEqual(lost["ccc_valence"]["value"], 0.0)
