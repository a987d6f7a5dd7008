"""Losses over batches in which any label may be missing (NaN). A missing label gives neither value nor gradient."""
import torch
import torch.nn.functional as F
from torch import Tensor, nn


def _known(target: Tensor) -> tuple[Tensor, Tensor]:
    mask = ~torch.isnan(target)
    return torch.where(mask, target, torch.zeros_like(target)), mask


def _mean(values: Tensor, weights: Tensor) -> Tensor:
    """Weighted mean; 0 (still attached to the graph) where all weights are 0."""
    return (values * weights).sum() / weights.sum().clamp(min=1e-8)


def soft_cross_entropy(logits: Tensor, target: Tensor, weight: Tensor | None = None, class_weight: Tensor | None = None) -> Tensor:
    """Cross-entropy against class probabilities [N, C]; rows with a NaN are ignored. `weight` is per sample, `class_weight` per class."""
    target, mask = _known(target)
    rows = mask.all(1).to(logits.dtype)
    if weight is not None:
        rows = rows * weight
    if class_weight is not None:
        target = target * class_weight
    return _mean(-(target * F.log_softmax(logits, 1)).sum(1), rows)


def generalised_cross_entropy(logits: Tensor, target: Tensor, weight: Tensor | None = None, q: float = 0.7) -> Tensor:
    """The label-noise-robust loss (1 - p^q) / q of Zhang & Sabuncu (1805.07836), extended to soft targets by expectation."""
    target, mask = _known(target)
    rows = mask.all(1).to(logits.dtype)
    if weight is not None:
        rows = rows * weight
    probabilities = F.softmax(logits, 1).clamp(min=1e-7)
    return _mean((target * (1 - probabilities ** q) / q).sum(1), rows)


def masked_bce(logits: Tensor, target: Tensor, weight: Tensor | None = None, positive_weight: Tensor | None = None) -> Tensor:
    """Binary cross-entropy against probabilities [N, K], over the known entries only."""
    target, mask = _known(target)
    entries = mask.to(logits.dtype)
    if weight is not None:
        entries = entries * weight[:, None]
    values = F.binary_cross_entropy_with_logits(logits, target, reduction="none", pos_weight=positive_weight)
    return _mean(values, entries)


def masked_mse(prediction: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    target, mask = _known(target)
    entries = mask.to(prediction.dtype)
    if weight is not None:
        entries = entries * weight[:, None]
    return _mean((prediction - target) ** 2, entries)


def ccc_loss(prediction: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """1 - CCC, meaned over the columns; (weighted) population moments over the batch's known rows; columns with < 2 rows are left out."""
    target, mask = _known(target)
    entries = mask.to(prediction.dtype)
    if weight is not None:
        entries = entries * weight[:, None]
    usable = (entries > 0).sum(0) >= 2
    share = entries / entries.sum(0).clamp(min=1e-8)
    mean_p, mean_t = (share * prediction).sum(0), (share * target).sum(0)
    p, t = prediction - mean_p, target - mean_t
    covariance = (share * p * t).sum(0)
    denominator = (share * p ** 2).sum(0) + (share * t ** 2).sum(0) + (mean_p - mean_t) ** 2
    loss = 1 - 2 * covariance / denominator.clamp(min=1e-6)
    return _mean(loss, usable.to(prediction.dtype))


def class_balanced_weights(counts: Tensor, beta: float = 0.999) -> Tensor:
    """Weights by effective number of samples (Cui et al., 1901.05555), scaled so that their mean is 1. Empty classes get 0."""
    weights = torch.where(counts > 0, (1 - beta) / (1 - beta ** counts.double()), torch.zeros_like(counts, dtype=torch.double))
    return (weights * len(counts) / weights.sum()).float()


class TaskWeights(nn.Module):
    """Sums task losses, with fixed weights or with learnt homoscedastic uncertainty (Kendall et al., 1705.07115: L·exp(-s) + s)."""

    def __init__(self, weights: dict[str, float], learnt: bool = False):
        super().__init__()
        self.weights = dict(weights)
        self.log_variance = nn.ParameterDict({task: nn.Parameter(torch.zeros(())) for task in weights}) if learnt else None

    def forward(self, losses: dict[str, Tensor]) -> Tensor:
        total = torch.zeros(())
        for task, loss in losses.items():
            weighted = self.weights[task] * loss
            if self.log_variance is not None:
                s = self.log_variance[task]
                weighted = weighted * torch.exp(-s) + s
            total = total + weighted
        return total
