"""Losses and metrics against naive formulas; what is missing must give neither value nor gradient."""
import math
import unittest

import numpy as np
import torch

from affect_training import losses, metrics
from affect_training.calibrate import fit_temperature, fit_thresholds, softmax


def naive_ccc(truth, prediction) -> float:
    n = len(truth)
    mt, mp = sum(truth) / n, sum(prediction) / n
    cov = sum((t - mt) * (p - mp) for t, p in zip(truth, prediction)) / n
    vt, vp = sum((t - mt) ** 2 for t in truth) / n, sum((p - mp) ** 2 for p in prediction) / n
    return 2 * cov / (vt + vp + (mt - mp) ** 2)


class MetricTests(unittest.TestCase):
    def setUp(self):
        generator = np.random.default_rng(3)
        self.truth = generator.normal(0.1, 0.4, 50)
        self.prediction = self.truth * 0.7 + generator.normal(0.05, 0.2, 50)

    def test_ccc_equals_the_naive_formula(self):
        self.assertAlmostEqual(metrics.ccc(self.truth, self.prediction), naive_ccc(self.truth, self.prediction), places=12)

    def test_ccc_of_identical_values_is_one_and_of_a_shift_is_less(self):
        self.assertAlmostEqual(metrics.ccc(self.truth, self.truth), 1.0)
        self.assertLess(metrics.ccc(self.truth, self.truth + 0.5), metrics.pcc(self.truth, self.truth + 0.5) - 0.1)

    def test_ccc_loss_equals_one_minus_the_metric_and_skips_missing_rows(self):
        target = torch.tensor(self.truth).float()[:, None].repeat(1, 2)
        prediction = torch.tensor(self.prediction).float()[:, None].repeat(1, 2)
        target[7] = math.nan
        keep = np.arange(50) != 7
        expected = 1 - naive_ccc(self.truth[keep], self.prediction[keep])
        self.assertAlmostEqual(losses.ccc_loss(prediction, target).item(), expected, places=5)

    def test_macro_f1_leaves_out_absent_classes(self):
        truth, prediction = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2])
        self.assertAlmostEqual(metrics.macro_f1(truth, prediction, 8), (1.0 + 2 / 3) / 2)
        self.assertTrue(math.isnan(metrics.class_f1(truth, prediction, 8)[5]))

    def test_f1_without_positives_is_absent(self):
        self.assertTrue(math.isnan(metrics.binary_f1(np.zeros(4, bool), np.zeros(4, bool))))

    def test_metrics_agree_with_scikit_learn(self):
        try:
            from sklearn.metrics import confusion_matrix, f1_score
        except ImportError:
            self.skipTest("scikit-learn is not installed")
        generator = np.random.default_rng(0)
        truth, prediction = generator.integers(0, 8, 300), generator.integers(0, 8, 300)
        self.assertAlmostEqual(metrics.macro_f1(truth, prediction, 8), f1_score(truth, prediction, average="macro"))
        np.testing.assert_array_equal(metrics.confusion(truth, prediction, 8), confusion_matrix(truth, prediction))

    def test_bootstrap_interval_surrounds_the_value(self):
        low, high = metrics.bootstrap_interval(metrics.ccc, (self.truth, self.prediction), rounds=200)
        self.assertTrue(low < metrics.ccc(self.truth, self.prediction) < high)

    def test_calibration_error_of_a_known_case(self):
        confidence, correct = np.array([0.9, 0.9, 0.6, 0.6]), np.array([True, False, True, True])
        self.assertAlmostEqual(metrics.expected_calibration_error(confidence, correct), 0.5 * 0.4 + 0.5 * 0.4)


class MaskTests(unittest.TestCase):
    def gradient_rows(self, loss, width: int, missing: int) -> torch.Tensor:
        torch.manual_seed(0)
        raw = torch.randn(6, width, requires_grad=True)
        target = torch.rand(6, width)
        target = target / target.sum(1, keepdim=True)
        target[missing] = math.nan
        loss(raw, target).backward()
        self.assertTrue(torch.isfinite(raw.grad).all())
        return raw.grad.abs().sum(1)

    def test_a_missing_label_gives_no_gradient(self):
        for loss in (losses.soft_cross_entropy, losses.generalised_cross_entropy, losses.masked_bce, losses.masked_mse, losses.ccc_loss):
            rows = self.gradient_rows(loss, 8, missing=2)
            self.assertEqual(rows[2].item(), 0.0, loss.__name__)
            self.assertTrue((rows[torch.arange(6) != 2] > 0).all(), loss.__name__)

    def test_single_missing_aus_are_masked_alone(self):
        raw = torch.zeros(2, 3, requires_grad=True)
        target = torch.tensor([[1.0, math.nan, 0.0], [math.nan, math.nan, 1.0]])
        losses.masked_bce(raw, target).backward()
        np.testing.assert_array_equal((raw.grad != 0).numpy(), (~torch.isnan(target)).numpy())

    def test_all_missing_is_zero_with_zero_gradient(self):
        for loss in (losses.soft_cross_entropy, losses.masked_bce, losses.masked_mse, losses.ccc_loss):
            raw = torch.randn(4, 2, requires_grad=True)
            value = loss(raw, torch.full((4, 2), math.nan))
            value.backward()
            self.assertEqual(value.item(), 0.0, loss.__name__)
            self.assertEqual(raw.grad.abs().sum().item(), 0.0, loss.__name__)

    def test_weights_scale_a_samples_share(self):
        raw, target = torch.tensor([[2.0, 0.0], [0.0, 0.0]]), torch.tensor([[1.0, 0.0], [1.0, 0.0]])
        only_first = losses.soft_cross_entropy(raw, target, weight=torch.tensor([1.0, 0.0]))
        self.assertAlmostEqual(only_first.item(), losses.soft_cross_entropy(raw[:1], target[:1]).item(), places=6)

    def test_soft_cross_entropy_equals_torch_for_hard_labels(self):
        raw, index = torch.randn(5, 8), torch.tensor([0, 3, 7, 1, 2])
        expected = torch.nn.functional.cross_entropy(raw, index)
        self.assertAlmostEqual(losses.soft_cross_entropy(raw, torch.eye(8)[index]).item(), expected.item(), places=5)

    def test_class_balanced_weights_favour_rare_classes(self):
        weights = losses.class_balanced_weights(torch.tensor([1000.0, 10.0, 0.0]))
        self.assertGreater(weights[1], weights[0])
        self.assertEqual(weights[2].item(), 0.0)

    def test_learnt_task_weights_get_a_gradient(self):
        combine = losses.TaskWeights({"va": 1.0}, learnt=True)
        combine({"va": torch.tensor(2.0)}).backward()
        self.assertAlmostEqual(combine.log_variance["va"].grad.item(), -1.0)  # d(2·exp(-s) + s)/ds at s = 0


class CalibrationTests(unittest.TestCase):
    def test_temperature_of_overconfident_logits_is_found(self):
        generator = np.random.default_rng(1)
        true_logits = generator.normal(0, 1.5, (4000, 5))
        drawn = np.array([generator.choice(5, p=p) for p in softmax(true_logits)])
        self.assertAlmostEqual(fit_temperature(true_logits * 2.0, np.eye(5)[drawn], "softmax"), 2.0, delta=0.15)

    def test_thresholds_stay_at_half_without_support(self):
        truth = np.zeros((40, 2), bool)
        truth[:20, 0] = True
        probability = np.where(truth, 0.45, 0.1)
        first, second = fit_thresholds(probability, truth.astype(float))
        self.assertTrue(0.15 <= first <= 0.45)
        self.assertEqual(second, 0.5)
