"""Neural networks from scalars: layers, losses and training on `autograd`.

layers/      Module and the layers: dense, recurrent, normalization, containers, initializers
losses/      functions of predictions and targets
optim/       optimizers, schedules of the learning rate, clipping
training/    fit and predict, what computes their steps, and TrainingSession, which goes phase by phase and back
history/     History, and what its losses alone show
inspect/     diagnose, sharpness, find_learning_rate
saving/      save, load, Autosave; snapshots of what training changes
datasets.py  small data to learn from
estimators/  networks as scikit-learn's Classifier and Regressor
support/     what every folder uses: checks of what users give, and advice on names known elsewhere
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from autograd.explain.naming import show_paths as _show_paths
from nn import layers as _layers
from nn import losses as _losses
from nn import optim as _optim
from nn.history.findings import Diagnosis, Finding
from nn.history.history import History, Stretch, stretches
from nn.inspect.curvature import sharpness
from nn.inspect.diagnosis import diagnose
from nn.inspect.rate_finder import RateSweep, find_learning_rate
from nn.layers import *  # noqa: F403  # whose exports are listed there
from nn.losses import *  # noqa: F403
from nn.optim import *  # noqa: F403
from nn.saving.save_and_load import Autosave, load, save
from nn.saving.torch_module import TorchModule, to_torch
from nn.support.foreign_names import GUESSES as _GUESSES
from nn.support.naming import TEXTBOOK as _TEXTBOOK
from nn.training.backends_and_predict import classify, predict
from nn.training.fit import fit
from nn.training.loop import EarlyStopping, Report
from nn.training.session.session import TrainingSession

if _TYPE_CHECKING:
    from nn.saving.onnx_model import save_onnx

_show_paths(_TEXTBOOK)

__all__ = [
    "Autosave",
    "Diagnosis",
    "EarlyStopping",
    "Finding",
    "History",
    "RateSweep",
    "Report",
    "Stretch",
    "TorchModule",
    "TrainingSession",
    "classify",
    "diagnose",
    "find_learning_rate",
    "fit",
    "load",
    "predict",
    "save",
    "save_onnx",
    "sharpness",
    "stretches",
    "to_torch",
]
__all__ += _layers.__all__
__all__ += _losses.__all__
__all__ += _optim.__all__

_LATER = {"estimators": "estimators", "save_onnx": "saving.onnx_model"}  # what is loaded only when it is asked for

if not _TYPE_CHECKING:  # a checker is to know what there is

    def __getattr__(name: str) -> _Any:
        if name in _LATER:
            module = _import_module(f"nn.{_LATER[name]}")
            return module if name == "estimators" else getattr(module, name)
        return _GUESSES.found(name)
