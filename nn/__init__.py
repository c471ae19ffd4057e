"""Neural networks from scalars: layers, losses and training on `autograd`."""

from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from autograd.explain.naming import show_paths as _show_paths
from nn.guesses import GUESSES as _GUESSES
from nn.inspect.curvature import sharpness
from nn.inspect.diagnosis import Diagnosis, Finding, diagnose
from nn.inspect.rate_finder import RateSweep, find_learning_rate
from nn.layers.containers import Activate, Checkpoint, Embedding, Residual, Sequential, Softmax
from nn.layers.dense import MLP, Layer, Neuron, Perceptron
from nn.layers.initializers import Initializer, he_normal, he_uniform, xavier_normal, xavier_uniform
from nn.layers.normalization import BatchNorm, Dropout
from nn.layers.recurrent import GRU, LSTM, RNN, Recurrent, carry
from nn.losses import (
    binary_cross_entropy,
    binary_cross_entropy_with_logits,
    hinge,
    mean_squared_error,
    softmax_cross_entropy,
)
from nn.module import LayerPass, Module
from nn.naming import TEXTBOOK as _TEXTBOOK
from nn.optim.clipping import ClipByNorm, ClipByValue, clip_by_norm, clip_by_value
from nn.optim.optimizers import SGD, AdaGrad, Adam, AdamW, Optimizer, RMSProp
from nn.optim.schedules import Cosine, Exponential, StepDecay, WarmUp
from nn.saving.files import Autosave, load, save
from nn.session.session import TrainingSession
from nn.training.engines import predict
from nn.training.fit import fit
from nn.training.history import History, Stretch, stretches
from nn.training.loop import EarlyStopping, Report

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
    "Autosave",
    "BatchNorm",
    "Checkpoint",
    "ClipByNorm",
    "ClipByValue",
    "Cosine",
    "Diagnosis",
    "Dropout",
    "EarlyStopping",
    "Embedding",
    "Exponential",
    "Finding",
    "History",
    "Initializer",
    "Layer",
    "LayerPass",
    "Module",
    "Neuron",
    "Optimizer",
    "Perceptron",
    "RMSProp",
    "RateSweep",
    "Recurrent",
    "Report",
    "Residual",
    "Sequential",
    "Softmax",
    "StepDecay",
    "Stretch",
    "TrainingSession",
    "WarmUp",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "carry",
    "clip_by_norm",
    "clip_by_value",
    "diagnose",
    "find_learning_rate",
    "fit",
    "he_normal",
    "he_uniform",
    "hinge",
    "load",
    "mean_squared_error",
    "predict",
    "save",
    "sharpness",
    "softmax_cross_entropy",
    "stretches",
    "xavier_normal",
    "xavier_uniform",
]

_show_paths(_TEXTBOOK)

if not _TYPE_CHECKING:  # a checker is to know what there is

    def __getattr__(name: str) -> _Any:
        return _GUESSES.found(name)
