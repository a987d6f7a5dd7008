"""J.-Y. Jeong et al., "Learning from Synthetic Data: Facial Expression Classification based on Ensemble of Multi-task Networks" (2207.10025).

From the paper: features shared by two branches, an emotion branch and an appearance branch, so that all information about the face is shared; several
such networks form an ensemble; the figure is the mean F1 of the expressions.
Our choices, where the abstract is all we rely on: each branch is a stage of SE blocks of its own on a shared trunk; the emotion branch reads expression and
VA, the appearance branch AUs (what moved in the face); the expression head sees both branches' vectors. The ensemble averages activated
outputs (`ensemble`), as the pipeline does with several --model.
"""
import torch
from torch import Tensor, nn

from ..labels import TASKS
from ..predict import activate
from .affect_small import Block
from .heads import LinearHeads


class EmotionAppearance(nn.Module):
    def __init__(self, width: int = 32, dropout: float = 0.3, tasks=tuple(TASKS)):
        super().__init__()
        self.shared = nn.Sequential(
            nn.Conv2d(3, width, 5, 2, 2, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True), Block(width, width, 1), Block(width, width, 1),
            Block(width, 2 * width, 2), Block(2 * width, 2 * width, 1), Block(2 * width, 4 * width, 2))
        branch = lambda: nn.Sequential(Block(4 * width, 4 * width, 1), Block(4 * width, 6 * width, 2))
        self.emotion, self.appearance, self.dropout = branch(), branch(), nn.Dropout(dropout)
        self.from_both = LinearHeads(12 * width, [t for t in tasks if t == "expression"])
        self.from_emotion = LinearHeads(6 * width, [t for t in tasks if t == "va"])
        self.from_appearance = LinearHeads(6 * width, [t for t in tasks if t == "au"])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        shared = self.shared(x)
        emotion, appearance = (self.dropout(branch(shared).mean((2, 3))) for branch in (self.emotion, self.appearance))
        return {**self.from_both(torch.cat([emotion, appearance], 1)), **self.from_emotion(emotion), **self.from_appearance(appearance)}


def ensemble(outputs: list[dict[str, Tensor]]) -> dict[str, Tensor]:
    """The mean of several models' activated outputs, task by task, over the models that have the task."""
    activated = [activate(one) for one in outputs]
    tasks = {task for one in activated for task in one}
    return {task: torch.stack([one[task] for one in activated if task in one]).mean(0) for task in tasks}
