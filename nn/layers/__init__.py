"""Modules: the base class, layers, and what goes between them.

module.py             Module: the tree of attributes, names, modes, state, printing
calling.py            what a module's constructor and `__call__` are wrapped in
forward_cache.py      what each layer computed in a pass
dense.py              Neuron, Perceptron, Layer, MLP
containers.py         Sequential, Residual, Checkpoint, Activation, Softmax, Embedding
norms_and_dropout.py  BatchNorm, LayerNorm, RMSNorm, Dropout
attention.py          Attention
recurrent.py          RNN, LSTM, GRU
initializers.py       how weights begin: Xavier and He
counter_random.py     random numbers by counter, for masks
"""

from nn.layers.attention import Attention
from nn.layers.containers import Activation, Checkpoint, Embedding, Residual, Sequential, Softmax
from nn.layers.dense import MLP, Layer, Neuron, Perceptron
from nn.layers.forward_cache import LayerPass
from nn.layers.initializers import Initializer, he_normal, he_uniform, xavier_normal, xavier_uniform
from nn.layers.module import Module
from nn.layers.norms_and_dropout import BatchNorm, Dropout, LayerNorm, RMSNorm
from nn.layers.recurrent import GRU, LSTM, RNN, Recurrent, detach_state

__all__ = [
    "GRU",
    "LSTM",
    "MLP",
    "RNN",
    "Activation",
    "Attention",
    "BatchNorm",
    "Checkpoint",
    "Dropout",
    "Embedding",
    "Initializer",
    "Layer",
    "LayerNorm",
    "LayerPass",
    "Module",
    "Neuron",
    "Perceptron",
    "RMSNorm",
    "Recurrent",
    "Residual",
    "Sequential",
    "Softmax",
    "detach_state",
    "he_normal",
    "he_uniform",
    "xavier_normal",
    "xavier_uniform",
]
