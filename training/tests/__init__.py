"""Tests run on one thread: tiny tensors gain nothing from more, and a training may run beside them."""
import torch

torch.set_num_threads(1)
