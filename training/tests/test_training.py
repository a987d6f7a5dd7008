"""The training loop on tiny data: it learns, resumes exactly, masks tasks, teaches a student, and exports."""
import contextlib
import hashlib
import io
import json
import pathlib
import tempfile
import unittest

import numpy as np
import onnx
import torch

from affect_training import checkpoint, config, export
from affect_training.augment import Augment
from affect_training.batches import BatchPlan
from affect_training.calibrate import calibrate
from affect_training.designs import DESIGNS, build
from affect_training.designs.emotion_appearance import ensemble
from affect_training.evaluate import evaluate, summary
from affect_training.labels import TASKS
from affect_training.pseudo_labels import add_pseudo_labels
from affect_training.train import Trainer

from .tiny import SIZE, tiny_config, tiny_set

SMALL = {"affect_small": {"width": 8}, "mtanet": {"width": 8, "blocks": (1, 1, 1, 1)}, "fpn_maa": {"layers": (1, 1, 1, 1), "channels": 16},
         "hetero_resnet": {"layers": (1, 1, 1, 1)}, "emotion_appearance": {"width": 8}, "baseline_cnn": {"width": 4}}


class TrainingTests(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)
        quiet = contextlib.redirect_stdout(io.StringIO())
        quiet.__enter__()
        self.addCleanup(quiet.__exit__, None, None, None)

    def trainer(self, **changes) -> Trainer:
        return Trainer(config.check(tiny_config(self.folder, **changes)))

    def weights(self, trainer: Trainer) -> torch.Tensor:
        both = [trainer.model, trainer.ema.model]
        return torch.cat([v.double().flatten() for m in both for v in m.state_dict().values()])

    def test_resume_after_a_kill_equals_an_undisturbed_training(self):
        whole = self.trainer(output=str(self.folder / "whole"))
        whole.run()
        self.trainer().run(stop_after=3)
        second = self.trainer()
        self.assertTrue(second.resume())
        self.assertEqual(second.step, 3)
        second.run(stop_after=5)
        third = self.trainer()
        self.assertTrue(third.resume())
        third.run()
        self.assertEqual(third.step, whole.step)
        torch.testing.assert_close(self.weights(third), self.weights(whole), rtol=0, atol=0)
        strip = lambda log: [{k: v for k, v in line.items() if k != "seconds"} for line in log]
        self.assertEqual(strip(third.log), strip(whole.log))

    def test_training_learns_the_tiny_task_and_leaves_its_files(self):
        trainer = self.trainer(epochs=6, steps_per_epoch=12, augment={"jpeg": 0, "hide": 0, "grey": 0, "light": 0, "tint": 0, "noise": 0})
        trainer.run()
        self.assertGreater(trainer.log[-1]["accuracy"], 0.9)
        self.assertLess(trainer.log[-1]["loss_va"], trainer.log[0]["loss_va"])
        for name in ("model.pt", "last.pt", "log.jsonl", "curves.png"):
            self.assertTrue((self.folder / "run" / name).exists(), name)

    def test_a_config_with_held_out_sets_ends_in_their_table(self):
        sets = {"expression": str(self.folder / "expressions.npz"), "va_au": str(self.folder / "dimensions.npz")}
        trainer = self.trainer(test=sets)
        trainer.run()
        trainer.evaluate()
        table = (self.folder / "run" / "evaluation.txt").read_text()
        for words in ("expression accuracy, plurality vote (40)", "va: CCC valence", "au: mean F1 at 0.5"):
            self.assertIn(words, table)
        figures = json.loads((self.folder / "run" / "evaluation.json").read_text())
        self.assertEqual((40, 24), (figures["expression"]["faces"], figures["va"]["faces"]))

    def test_a_sample_without_a_task_does_not_train_its_head(self):
        trainer = self.trainer(batch=[{"set": str(self.folder / "expressions.npz"), "count": 8}])
        before = {name: value.clone() for name, value in trainer.model.heads.state_dict().items()}
        for group in trainer.optimiser.param_groups:
            group["weight_decay"] = 0.0
        trainer.train_step()
        after = trainer.model.heads.state_dict()
        self.assertTrue(all(torch.equal(before[n], after[n]) for n in before if not n.startswith("expression")))
        self.assertFalse(torch.equal(before["expression.weight"], after["expression.weight"]))

    def test_early_epochs_use_fewer_pixels_and_the_last_all(self):
        trainer = self.trainer(train_size=24, full_size_epochs=1)
        seen = []
        trainer.model.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape[-1]))
        trainer.run(stop_after=3)
        trainer.run(stop_after=6)
        self.assertEqual(seen[:3] + seen[-2:], [24, 24, 24, SIZE, SIZE])

    def test_an_unknown_key_is_named(self):
        with self.assertRaisesRegex(ValueError, "epoch_count"):
            config.check({**tiny_config(self.folder), "epoch_count": 3})
        with self.assertRaisesRegex(ValueError, "design"):
            config.check({**tiny_config(self.folder), "design": None})

    def test_robust_loss_and_learnt_weights_train(self):
        trainer = self.trainer(expression_loss="generalised_cross_entropy", learnt_task_weights=True, class_balanced=True)
        trainer.run()
        self.assertNotEqual(float(trainer.combine.log_variance["va"]), 0.0)

    def test_pseudo_labels_fill_only_what_is_missing(self):
        self.trainer().run()
        sets = [tiny_set("expressions", 10, 3, tasks=("expression",)), tiny_set("dimensions", 10, 4, tasks=("va", "au"))]
        real = sets[0].labels.expression.copy(), sets[1].labels.va.copy(), sets[1].labels.au.copy()
        add_pseudo_labels(sets, {"teachers": [str(self.folder / "run" / "model.pt")], "weight": {"va": 0.5}}, SIZE)
        np.testing.assert_array_equal(sets[0].labels.expression, real[0])
        np.testing.assert_array_equal(sets[1].labels.va, real[1])
        known = ~np.isnan(real[2])
        np.testing.assert_array_equal(sets[1].labels.au[known], real[2][known])
        for faces in sets:
            self.assertEqual(faces.labels.held(), {"expression": 10, "va": 10, "au": 10})
            self.assertFalse(np.isnan(faces.labels.au).any())
        np.testing.assert_array_equal(sets[0].labels.weight[0], [1, 0.5, 1])
        np.testing.assert_array_equal(sets[1].labels.weight[0], [1, 1, 1])

    def test_export_matches_the_contract_and_calibration_and_evaluation_run(self):
        self.trainer().run()
        model, state = checkpoint.load(self.folder / "run" / "model.pt")
        faces = tiny_set("test", 40, 9)
        fitted = calibrate(model, SIZE, faces, faces)
        result = evaluate(model, SIZE, faces, faces, fitted)
        self.assertIn("expression accuracy", summary(result))
        self.assertIsNone(result["expression"]["f1"]["Contempt"])
        path = self.folder / "model.onnx"
        export.export_onnx(model, list(TASKS), SIZE, path)
        self.assertFalse(any(module.training for module in model.modules()))
        loaded = onnx.load(str(path))
        self.assertEqual(loaded.opset_import[0].version, 16)
        self.assertEqual(loaded.graph.input[0].type.tensor_type.shape.dim[0].dim_param, "batch")
        self.assertEqual([o.name for o in loaded.graph.output], list(TASKS))
        description = {key: key for key in ("name", "version", "licence", "source", "description", "notice")}
        contract = json.loads(json.dumps(export.model_json(model, list(TASKS), state["config"], description, fitted, result, path)))
        self.assertEqual(contract["sha256"], hashlib.sha256(path.read_bytes()).hexdigest())
        self.assertEqual([len(contract["golden"]["outputs"][h["tensor"]]) for h in contract["heads"]], [8, 2, 12])
        self.assertEqual(len(contract["heads"][2]["thresholds"]), 12)

    def test_golden_pattern_follows_the_contract(self):
        pixels = export.golden_pixels(64)
        self.assertEqual(int(pixels[5, 60, 2]), (60 * 7 + 5 * 7) & 255)


class DesignTests(unittest.TestCase):
    def test_every_design_builds_trains_and_has_single_task_twins(self):
        self.assertEqual(set(SMALL), set(DESIGNS))
        for name, arguments in SMALL.items():
            for tasks in (tuple(TASKS), ("va",)):
                model = build({"name": name, **arguments, "tasks": tasks})
                outputs = model(torch.randn(2, 3, 64, 64))
                self.assertEqual({t: tuple(o.shape) for t, o in outputs.items()}, {t: (2, len(TASKS[t])) for t in tasks}, name)
                sum(o.sum() for o in outputs.values()).backward()
                unused = [n for n, p in model.named_parameters() if p.grad is None]
                self.assertFalse(unused if name != "emotion_appearance" else [], f"{name}: {unused}")

    def test_an_ensemble_is_the_mean_of_probabilities(self):
        one, two = {"expression": torch.tensor([[2.0, 0.0]]), "va": torch.zeros(1, 2)}, {"expression": torch.tensor([[0.0, 1.0]])}
        mean = ensemble([one, two])
        expected = (one["expression"].softmax(1) + two["expression"].softmax(1)) / 2
        torch.testing.assert_close(mean["expression"], expected)
        self.assertEqual(set(mean), {"expression", "va"})


class PlanAndAugmentTests(unittest.TestCase):
    def test_plain_sets_are_drawn_without_replacement(self):
        plan = BatchPlan([tiny_set("a", 30, 0)], [7], [0], seed=1)
        drawn = np.concatenate([plan.rows(step)[0] for step in range(30)])
        for start in range(0, 210, 30):
            self.assertEqual(sorted(drawn[start:start + 30]), list(range(30)))
        np.testing.assert_array_equal(plan.rows(4)[0], BatchPlan([tiny_set("a", 30, 0)], [7], [0], seed=1).rows(4)[0])

    def test_augmentation_repeats_by_seed_and_stays_in_range(self):
        crops, augment = tiny_set("a", 24, 0).crops, Augment(SIZE)
        first, second, other = (augment(crops, np.random.default_rng(s)) for s in (1, 1, 2))
        self.assertTrue(torch.equal(first, second))
        self.assertFalse(torch.equal(first, other))
        self.assertTrue(0 <= float(first.min()) and float(first.max()) <= 1)
        self.assertEqual(tuple(first.shape), (24, 3, SIZE, SIZE))

    def test_fewer_pixels_show_the_same_part_of_the_face(self):
        settings = {**dict.fromkeys(("flip", "rotation_degrees", "scale", "shift_pixels", "low_resolution", "blur", "jpeg", "grey", "light", "tint", "noise", "hide"), 0)}
        crops = tiny_set("a", 4, 0).crops
        full, fewer = (Augment(SIZE, settings, size)(crops, np.random.default_rng(0)) for size in (SIZE, SIZE // 2))
        torch.testing.assert_close(fewer.mean((2, 3)), full.mean((2, 3)), atol=0.15, rtol=0)
        self.assertEqual(fewer.shape[-1], SIZE // 2)

    def test_without_a_generator_the_centre_is_untouched(self):
        crops = tiny_set("a", 4, 0).crops
        plain = Augment(SIZE)(crops)
        np.testing.assert_allclose(plain.permute(0, 2, 3, 1).numpy() * 255, crops[:, 4:-4, 4:-4], atol=1e-3)

    def test_an_unknown_augmentation_is_named(self):
        with self.assertRaisesRegex(ValueError, "wobble"):
            Augment(SIZE, {"wobble": 1})
