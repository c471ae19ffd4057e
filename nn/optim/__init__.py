"""Optimizers, schedules of the learning rate, and clipping."""

from nn.optim.clipping import ClipByNorm, ClipByValue, clip_by_norm, clip_by_value
from nn.optim.optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from nn.optim.schedules import Cosine, Exponential, StepDecay, WarmUp

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ClipByNorm",
    "ClipByValue",
    "Cosine",
    "Exponential",
    "Optimizer",
    "RMSProp",
    "StepDecay",
    "WarmUp",
    "clip_by_norm",
    "clip_by_value",
]
