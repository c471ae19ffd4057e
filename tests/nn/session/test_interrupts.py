"""Interrupts, and processes without streams: nothing is left half done, and nothing stops for a message."""

import io
import subprocess
import sys
import threading
from pathlib import Path

import pytest

import autograd
import nn
from autograd import Value
from nn import predict
from tests.support.training.noisy import X, Y, loss, network, train

ROOT = Path(autograd.__file__).parent.parent


# ------------------------------------------------------------------------------------ interrupts
def test_an_interrupt_at_any_line_of_predict_leaves_the_model_in_training():
    model = network()
    files = [
        str(ROOT / name)
        for name in (
            "nn/training/recorded.py",
            "nn/layers/module.py",
            "nn/training/backends_and_predict.py",
            "autograd/recording/modes.py",
        )
    ]
    walks = {
        "_walk",
        "_branches",
        "_collect",
        "_join",
        "_numbers",
        "named_modules",
        "current",
        "__bool__",
        "<genexpr>",
        "<listcomp>",
    }
    for line in range(1000):
        left = iter(range(line, -1, -1))

        def trace(frame, event, argument, left=left):
            if frame.f_code.co_filename not in files or frame.f_code.co_name in walks:
                return None
            if event in ("line", "return") and next(left, -1) == 0:
                raise KeyboardInterrupt
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            predict(model, X[:1])
        except KeyboardInterrupt:
            sys.settrace(before)
        else:
            break
        finally:
            sys.settrace(before)
        assert all(module.training for _, module in model.named_modules()), line
        assert not (Value(1.0) * 2.0).is_leaf, "and nothing is recorded"
    assert 20 < line < 999


# --------------------------------------------------------------------------------------- streams
class Mute:
    def write(self, text):
        return len(text)


class Closed(io.StringIO):
    def __init__(self):
        super().__init__()
        self.close()


@pytest.mark.parametrize("stream", [None, Mute(), Closed(), object()], ids=["none", "mute", "closed", "no stream"])
@pytest.mark.parametrize("progress", [None, True])
def test_a_service_without_streams_trains_and_warns_in_silence(stream, progress, monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(sys, "stdout", stream)
    assert train(network(), 3, progress=progress).epochs == 3
    nn.TrainingSession(network(), X, Y, loss=loss).run(1)


def test_a_warning_that_cannot_be_written_stops_nothing():
    program = (
        "import sys, io; from autograd import Value; from autograd.support.user_line import warn; from nn import SGD\n"
        "closed = io.StringIO(); closed.close()\n"
        "for sys.stderr in (None, object(), closed):\n"
        "    warn('what nobody reads', UserWarning); SGD([Value(1.0)], 0.1).step()\n"
        "print('done')"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert done.stdout == "done\n"


def test_a_terminal_that_goes_away_ends_the_bar_and_not_the_training(monkeypatch):
    pytest.importorskip("tqdm")

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    history = train(network(), 5, callbacks=[lambda report: terminal.close() if report.epoch == 2 else None])
    assert history.epochs == 5


def test_no_bar_starts_a_thread(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    before = set(threading.enumerate())
    train(network(), 2, progress=True)
    assert "2/2" in sys.stderr.getvalue()
    assert set(threading.enumerate()) <= before
