"""The plan of a comparison, its label noise, and its tables, on tiny data."""
import contextlib
import io
import pathlib
import tempfile
import unittest
from unittest import mock

import numpy as np
import torch

from affect_training import comparison_table
from affect_training.compare import plan, run_variant
from affect_training.comparison_table import Comparison, differences_table, figures_table
from affect_training.config import check
from affect_training.designs import build
from affect_training.label_noise import corrupt_expressions
from affect_training.labels import TASKS

from .tiny import tiny_config, tiny_set


def tiny_comparison(folder: pathlib.Path) -> dict:
    base = tiny_config(folder, epochs=1, steps_per_epoch=3, validation={})
    both, dimensions = base.pop("batch"), [{"set": str(folder / "dimensions.npz"), "count": 8}]
    base.pop("design")
    tiny_set("test", 40, 8).save(folder / "test.npz")
    test = str(folder / "test.npz")
    return {"output": str(folder / "runs"), "seeds": [1, 2], "seeds_of": ["net"], "test": {"expression": test, "va_au": test}, "base": base,
            "batches": {"all": both, "expression": both, "va": dimensions, "au": dimensions},
            "designs": {"net": {"name": "affect_small", "width": 8, "blocks": [1]}},
            "variants": {"student": {"design": "net", "pseudo_labels": {"teachers": ["{output}/net.va-{seed}/model.pt"]}}},
            "models": {"shipped": str(folder / "runs" / "net-2" / "model.pt"), "lost": str(folder / "lost.pt")},
            "ensembles": {"two nets": ["net-1", "shipped"], "never": ["net-1", "net-9", "lost"]},
            "differences": {"multi-task - twins": {"of": ["net"], "against": ["net.expression", "net.va", "net.au"]},
                            "ensemble - members": {"of": ["two nets"], "against": ["net"]}}}


class CompareTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        quiet = contextlib.redirect_stdout(io.StringIO())
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def test_the_plan_holds_every_twin_once_and_more_seeds_where_asked(self):
        runs = {f"{name}-{seed}": settings for name, seed, settings in plan(tiny_comparison(self.folder))}
        self.assertEqual(list(runs), ["net-1", "net.expression-1", "net.va-1", "net.au-1", "student-1", "net-2"])
        self.assertEqual(runs["net-1"]["design"]["tasks"], list(TASKS))
        self.assertEqual((runs["net.va-1"]["design"]["tasks"], len(runs["net.va-1"]["batch"])), (["va"], 1))
        self.assertTrue(runs["student-1"]["pseudo_labels"]["teachers"][0].endswith("runs/net.va-1/model.pt"))
        for name, settings in runs.items():
            check(settings, name)

    def test_unknown_variants_with_seeds_are_named(self):
        with self.assertRaisesRegex(ValueError, "nett"):
            plan({**tiny_comparison(self.folder), "seeds_of": ["nett"]})

    def test_tables_show_what_ran_and_name_what_did_not(self):
        config = tiny_comparison(self.folder)
        tests = tiny_set("test", 40, 8), tiny_set("test", 40, 8)
        for name, seed, settings in plan(config):
            if name != "student":
                first = run_variant(name, seed, settings, tests)
                self.assertEqual(run_variant(name, seed, settings, tests), first)
        with mock.patch.object(comparison_table, "ROUNDS", 20):
            comparison = Comparison(config)
            self.assertEqual(comparison.missing, ["student-1", f"lost (no {self.folder / 'lost.pt'})", "never (lacks net-9, lost)"])
            figures, differences = figures_table(comparison, {"net": 1.5}), differences_table(comparison)
            gain = comparison.difference(["net"], ["net.va"], "ccc_valence")
        self.assertIn("| net | 2 |", figures)
        self.assertIn("| 1.50 |", figures)
        self.assertIn("its 3 single-task twins | 1 |", figures)
        self.assertIn("multi-task - twins", differences)
        values = {seed: comparison.members["net"][seed]["va"][:, 0] for seed in (1, 2)}
        truth, other = comparison.truths["va"][:, 0], comparison.members["net.va"][1]["va"][:, 0]
        expected = comparison_table.metrics.ccc(truth, values[1]) - comparison_table.metrics.ccc(truth, other)
        self.assertAlmostEqual(gain["value"], expected, places=6)
        np.testing.assert_allclose(comparison.members["two nets"][0]["va"][:, 0], (values[1] + values[2]) / 2, rtol=1e-6)

    def test_symmetric_noise_changes_the_share_asked_for_and_always_the_winner(self):
        faces, clean = tiny_set("a", 200, 1), tiny_set("a", 200, 1).labels.expression
        changed = corrupt_expressions(faces, 0.4, seed=3)
        self.assertEqual(len(changed), 80)
        self.assertTrue((faces.labels.expression[changed].argmax(1) != clean[changed].argmax(1)).all())
        kept = np.setdiff1d(np.arange(200), changed)
        np.testing.assert_array_equal(faces.labels.expression[kept], clean[kept])
        self.assertGreater(len(set(faces.labels.expression[changed].argmax(1))), 5)
        np.testing.assert_array_equal(corrupt_expressions(tiny_set("a", 200, 1), 0.4, seed=3), changed)

    def test_full_size_designs_have_the_papers_shapes(self):
        fpn = build({"name": "fpn_maa"})
        self.assertEqual({head.in_features for head in fpn.heads.values()}, {1280})
        self.assertEqual(sum(len(getattr(fpn.trunk, f"layer{stage}")) for stage in (1, 2, 3, 4)), 16)
        self.assertEqual((fpn.trunk.conv1.out_channels, fpn.trunk.features), (64, 2048))
        half = build({"name": "hetero_resnet", "width": 32, "tasks": ["au"]})
        self.assertEqual((half.trunk.features, half.trunk.conv1.kernel_size), (256, (3, 3)))
        with torch.no_grad():
            self.assertEqual([tuple(level.shape[2:]) for level in build({"name": "fpn_maa", "layers": [1] * 4, "width": 8, "channels": 8, "small_input": True})
                             .trunk.stages(torch.zeros(1, 3, 48, 48))], [(24, 24), (12, 12), (6, 6), (3, 3)])

    def test_unknown_losses_are_errors(self):
        for key in ("va_loss", "expression_loss"):
            with self.assertRaisesRegex(ValueError, key):
                check({**tiny_config(self.folder), key: "nothing"})
