"""What all designs end in: one linear head per task on a feature vector."""
from torch import Tensor, nn

from ..labels import TASKS


class LinearHeads(nn.ModuleDict):
    """{task: [N, labels]} from features [N, width]; only for the tasks asked for, so that a single-task twin is the same net with one head."""

    def __init__(self, width: int, tasks=tuple(TASKS)):
        super().__init__({task: nn.Linear(width, len(TASKS[task])) for task in tasks})

    def forward(self, features: Tensor) -> dict[str, Tensor]:
        return {task: head(features) for task, head in self.items()}
