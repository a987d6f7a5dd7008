"""Smaller variants of an exported model: fp16 weights, and int8 with calibrated activations."""
