"""Trains one model from a config:  python3 -m affect_training.train CONFIG.yaml

Resumes by itself from OUTPUT/last.pt; writes OUTPUT/log.jsonl (a line an epoch), curves.png, at the end model.pt (EMA weights) and, where the config
names held-out sets, their evaluation table.
"""
import argparse
import copy
import json
import math
import os
import pathlib
import time

import numpy as np
import torch
from torch import nn

from . import config as configs
from . import evaluate, losses, metrics
from .augment import Augment
from .batches import BatchPlan
from .curves import draw_curves
from .data.faceset import FaceSet
from .designs import build
from .label_noise import corrupt_expressions
from .predict import normalise, predict
from .pseudo_labels import add_pseudo_labels
from .threads import ThreadChooser

TASK_COLUMNS = ("expression", "va", "au")


class Ema:
    """An exponential moving average of all weights and buffers, with a warm-up so that early steps do not weigh for ever."""

    def __init__(self, model: nn.Module, decay: float):
        self.model, self.decay, self.updates = copy.deepcopy(model).eval(), decay, 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        self.updates += 1
        keep = min(self.decay, (1 + self.updates) / (10 + self.updates))
        for mine, theirs in zip(self.model.state_dict().values(), model.state_dict().values()):
            if mine.dtype.is_floating_point:
                mine.mul_(keep).add_(theirs, alpha=1 - keep)
            else:
                mine.copy_(theirs)


class Trainer:
    def __init__(self, config: dict):
        self.config, self.output = config, pathlib.Path(config["output"])
        self.output.mkdir(parents=True, exist_ok=True)
        self.threads = ThreadChooser(config["threads"])
        torch.manual_seed(config["seed"])
        self.size = config["crop"]["size"]
        self.model = build(config["design"]).to(memory_format=torch.channels_last)
        if config["start_from"]:
            self.model.load_state_dict(torch.load(config["start_from"], map_location="cpu")["model"])
        self.ema = Ema(self.model, config["ema"])
        self.combine = losses.TaskWeights(config["task_weights"], config["learnt_task_weights"])
        self.sets = [FaceSet.load(entry["set"]) for entry in config["batch"]]
        for index, faces in enumerate(self.sets if config["expression_noise"] else []):
            corrupt_expressions(faces, config["expression_noise"], config["seed"] * 100 + index)
        if config["pseudo_labels"]:
            add_pseudo_labels(self.sets, config["pseudo_labels"], self.size, self.output / "pseudo_labels.npz")
        self.validation = {task: FaceSet.load(path) for task, path in config["validation"].items()}
        entries = config["batch"]
        self.plan = BatchPlan(self.sets, [e["count"] for e in entries], [e.get("balance", 0) for e in entries], config["seed"])
        self.augment, self.full_augment = (Augment(self.size, config["augment"], size) for size in (config["train_size"], self.size))
        self.class_weight = self._class_weight() if config["class_balanced"] else None
        self.optimiser = self._optimiser()
        self.step, self.total = 0, config["epochs"] * config["steps_per_epoch"]
        self.log, self.sums = [], {}

    def _optimiser(self) -> torch.optim.Optimizer:
        """SGD; weight decay on matrices and kernels only (not on norms, biases or task weights)."""
        settings = self.config["optimiser"]
        decayed = [p for p in self.model.parameters() if p.ndim > 1]
        others = [p for p in self.model.parameters() if p.ndim <= 1] + list(self.combine.parameters())
        groups = [{"params": decayed, "weight_decay": settings["weight_decay"]}, {"params": others, "weight_decay": 0.0}]
        return torch.optim.SGD(groups, lr=settings["learning_rate"], momentum=settings["momentum"], nesterov=True)

    def _class_weight(self) -> torch.Tensor:
        counts = sum(np.nansum(faces.labels.expression, 0) for faces in self.sets)
        return losses.class_balanced_weights(torch.tensor(counts))

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then a cosine that ends at final_share."""
        s = self.config["optimiser"]
        if step < s["warmup_steps"]:
            return s["learning_rate"] * (step + 1) / s["warmup_steps"]
        done = (step - s["warmup_steps"]) / max(1, self.total - s["warmup_steps"])
        return s["learning_rate"] * (s["final_share"] + (1 - s["final_share"]) * 0.5 * (1 + math.cos(math.pi * done)))

    def losses_of(self, outputs: dict, labels: dict, weight: torch.Tensor) -> dict[str, torch.Tensor]:
        """Loss by task for the tasks that the model has and the batch holds."""
        result = {}
        for column, task in enumerate(TASK_COLUMNS):
            target = labels[task]
            if task not in outputs or bool(torch.isnan(target).all()):
                continue
            raw, share = outputs[task].float(), weight[:, column]
            if task == "expression":
                result[task] = losses.soft_cross_entropy(raw, target, share, self.class_weight) \
                    if self.config["expression_loss"] == "soft_cross_entropy" else losses.generalised_cross_entropy(raw, target, share)
            elif task == "va":
                value = torch.tanh(raw)
                error = losses.masked_mse(value, target, share)
                result[task] = losses.ccc_loss(value, target, share) + 2 * error if self.config["va_loss"] == "ccc_mse" else error
            else:
                result[task] = losses.masked_bce(raw, target, share)
                if self.config["au_concordance"]:
                    result[task] = result[task] + self.config["au_concordance"] * losses.ccc_loss(torch.sigmoid(raw), target, share)
        return result

    def train_step(self) -> None:
        crops, labels, weight = self.plan.batch(self.step)
        at_full_size = self.step >= self.total - self.config["full_size_epochs"] * self.config["steps_per_epoch"]
        augment = self.full_augment if at_full_size else self.augment
        images = augment(crops, np.random.default_rng([self.config["seed"], 7, self.step]))
        torch.manual_seed(self.config["seed"] * 1_000_003 + self.step)  # dropout
        labels = {task: torch.from_numpy(values) for task, values in labels.items()}
        for group in self.optimiser.param_groups:
            group["lr"] = self.learning_rate(self.step)
        self.model.train()
        images = normalise(images).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.config["bfloat16"]):
            outputs = self.model(images)
        by_task = self.losses_of(outputs, labels, torch.from_numpy(weight))
        loss = self.combine(by_task)
        if not torch.isfinite(loss):
            raise FloatingPointError(f"step {self.step}: the loss is {loss.item()}; lower optimiser.learning_rate")
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        self.optimiser.step()
        self.ema.update(self.model)
        self.step += 1
        for task, value in by_task.items():
            total, count = self.sums.get(task, (0.0, 0))
            self.sums[task] = (total + value.item(), count + 1)

    def validate(self) -> dict[str, float]:
        """Quick figures of the EMA weights; evaluate.py makes the full table."""
        figures = {}
        for task, faces in self.validation.items():
            predicted, labels = predict(self.ema.model, faces, self.size), faces.labels
            if task not in predicted:
                continue
            if task == "expression":
                known = ~np.isnan(labels.expression).any(1)
                truth, winner = labels.expression[known].argmax(1), predicted["expression"][known].argmax(1)
                figures["accuracy"] = float((truth == winner).mean())
                figures["macro_f1"] = metrics.macro_f1(truth, winner, labels.expression.shape[1])
            elif task == "va":
                figures["ccc_valence"], figures["ccc_arousal"] = (metrics.ccc(labels.va[:, i], predicted["va"][:, i]) for i in (0, 1))
            else:
                known = ~np.isnan(labels.au)
                f1 = [metrics.binary_f1(labels.au[k, i] >= 0.5, predicted["au"][k, i] >= 0.5) for i, k in enumerate(known.T)]
                figures["au_f1"] = float(np.nanmean(f1))
        return figures

    def save(self) -> None:
        state = {"model": self.model.state_dict(), "ema": self.ema.model.state_dict(), "ema_updates": self.ema.updates, "combine": self.combine.state_dict(),
                 "optimiser": self.optimiser.state_dict(), "step": self.step, "log": self.log, "sums": self.sums, "config": self.config}
        torch.save(state, self.output / "last.tmp")
        os.replace(self.output / "last.tmp", self.output / "last.pt")

    def resume(self) -> bool:
        path = self.output / "last.pt"
        if not path.exists():
            return False
        state = torch.load(path, map_location="cpu")
        self.model.load_state_dict(state["model"])
        self.ema.model.load_state_dict(state["ema"])
        self.ema.updates = state["ema_updates"]
        self.combine.load_state_dict(state["combine"])
        self.optimiser.load_state_dict(state["optimiser"])
        self.step, self.log, self.sums = state["step"], state["log"], state["sums"]
        return True

    def run(self, stop_after: int | None = None) -> None:
        """Trains to the end, or (tests) until step `stop_after`, leaving a checkpoint."""
        steps, saved, epoch_started = self.config["steps_per_epoch"], time.monotonic(), time.monotonic()
        while self.step < self.total:
            if stop_after is not None and self.step >= stop_after:
                return self.save()
            self.train_step()
            self.threads.after_step()
            if self.step % steps == 0:
                self.finish_epoch(time.monotonic() - epoch_started)
                epoch_started = saved = time.monotonic()
            elif time.monotonic() - saved > self.config["checkpoint_seconds"]:
                self.save()
                saved = time.monotonic()
        torch.save({"model": self.ema.model.state_dict(), "config": self.config, "log": self.log}, self.output / "model.pt")

    def evaluate(self) -> None:
        """The held-out figures of the EMA weights, uncalibrated (`finish` calibrates first), printed and written beside the model."""
        if not self.config["test"]:
            return
        sets = {name: FaceSet.load(self.config["test"][name]) for name in ("expression", "va_au")}
        figures = evaluate.evaluate(self.ema.model, self.size, sets["expression"], sets["va_au"])
        table = evaluate.summary(figures)
        print(table, flush=True)
        (self.output / "evaluation.txt").write_text(table + "\n")
        (self.output / "evaluation.json").write_text(json.dumps(figures, indent=1) + "\n")

    def finish_epoch(self, seconds: float) -> None:
        line = {"epoch": self.step // self.config["steps_per_epoch"], "step": self.step, "seconds": round(seconds, 1),
                "learning_rate": round(self.learning_rate(self.step), 6),
                **{f"loss_{task}": round(total / count, 4) for task, (total, count) in self.sums.items()},
                **{name: round(value, 4) for name, value in self.validate().items()}}
        self.log.append(line)
        self.sums = {}
        self.save()
        print(json.dumps(line), flush=True)
        (self.output / "log.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in self.log))
        draw_curves(self.log, self.output / "curves.png")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("config", type=pathlib.Path)
    trainer = Trainer(configs.load(parser.parse_args().config))
    print(f"resumed at step {trainer.step}" if trainer.resume() else f"started; {trainer.total} steps", flush=True)
    trainer.run()
    trainer.evaluate()


if __name__ == "__main__":
    main()
