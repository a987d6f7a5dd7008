"""How many threads a training step uses when the machine has other work too.

Two threads that wait for each other at every operator are several times slower than one where another process holds a core (measured on two
cores beside a build: 24 against 124 images a second), and nearly twice as fast where none does. `auto` watches and changes over.
"""
import os
import time

import torch


def _cpu_times() -> tuple[float, float]:
    """Idle and total CPU time of the machine, in ticks (Linux)."""
    with open("/proc/stat") as stream:
        values = [float(v) for v in stream.readline().split()[1:9]]
    return values[3] + values[4], sum(values)


class ThreadChooser:
    """One thread while others work; all cores while they idle. Called once a step; decides every `window_seconds`."""

    def __init__(self, setting: int | str, window_seconds: float = 6.0):
        self.automatic, self.window = setting == "auto", window_seconds
        self.most = os.cpu_count() or 1
        self.threads = 1 if self.automatic else int(setting)
        torch.set_num_threads(self.threads)
        self.single_step_seconds = float("inf")
        self._open_window()

    def _open_window(self) -> None:
        self.started, self.steps = time.monotonic(), 0
        if self.automatic:
            self.idle, self.total = _cpu_times()

    def after_step(self) -> None:
        self.steps += 1
        seconds = time.monotonic() - self.started
        if not self.automatic or seconds < self.window:
            return
        idle, total = _cpu_times()
        idle_cores = (idle - self.idle) / max(1.0, total - self.total) * self.most
        step = seconds / self.steps
        if self.threads == 1:
            self.single_step_seconds = step
            if idle_cores > 0.7:
                self.threads = self.most
        elif step > 0.9 * self.single_step_seconds:
            self.threads = 1
        torch.set_num_threads(self.threads)
        self._open_window()
