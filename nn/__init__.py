"""Neural networks from scalars: layers, losses and training on `autograd`."""

from nn.blocks import Activate, Checkpoint, Embedding, Residual, Sequential, Softmax
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
from nn.normalization import BatchNorm, Dropout
from nn.optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from nn.recurrent import GRU, LSTM, RNN, Recurrent, carry
from nn.session import TrainingSession

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "RNN",
    "SGD",
    "Activate",
    "AdaGrad",
    "Adam",
    "AdamW",
    "BatchNorm",
    "Checkpoint",
    "Dropout",
    "Embedding",
    "Initializer",
    "Layer",
    "LayerPass",
    "Module",
    "Neuron",
    "Optimizer",
    "Perceptron",
    "RMSProp",
    "Recurrent",
    "Residual",
    "Sequential",
    "Softmax",
    "TrainingSession",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "carry",
    "he_normal",
    "he_uniform",
    "hinge",
    "mean_squared_error",
    "softmax_cross_entropy",
    "xavier_normal",
    "xavier_uniform",
]
