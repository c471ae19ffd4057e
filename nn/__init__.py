"""Neural networks from scalars: layers, losses and training on `autograd`."""

from nn.initializers import Initializer, he_normal, he_uniform, xavier_normal, xavier_uniform
from nn.layers import MLP, Layer, Neuron, Perceptron
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.module import LayerPass, Module
from nn.optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp

__all__ = [
    "MLP",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Initializer",
    "Layer",
    "LayerPass",
    "Module",
    "Neuron",
    "Optimizer",
    "Perceptron",
    "RMSProp",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "he_normal",
    "he_uniform",
    "hinge",
    "mean_squared_error",
    "softmax_cross_entropy",
    "xavier_normal",
    "xavier_uniform",
]
