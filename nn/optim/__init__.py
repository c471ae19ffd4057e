"""Optimizers, schedules of the learning rate, and clipping.

optimizer.py     Optimizer: what all have; a new one is a class with its `update`, in a file here, and its export below
sgd_and_adam.py  SGD, RMSProp, AdaGrad, Adam, AdamW
schedules.py     WarmUp, StepDecay, Exponential, Cosine, OneCycle; ReduceOnPlateau
clipping.py      gradients kept within a limit, by norm or by value
"""

from nn.optim.clipping import ClipByNorm, ClipByValue, clip_by_norm, clip_by_value
from nn.optim.optimizer import Optimizer
from nn.optim.schedules import Cosine, Exponential, OneCycle, ReduceOnPlateau, StepDecay, WarmUp
from nn.optim.sgd_and_adam import SGD, AdaGrad, Adam, AdamW, RMSProp

__all__ = [
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "ClipByNorm",
    "ClipByValue",
    "Cosine",
    "Exponential",
    "OneCycle",
    "Optimizer",
    "RMSProp",
    "ReduceOnPlateau",
    "StepDecay",
    "WarmUp",
    "clip_by_norm",
    "clip_by_value",
]
