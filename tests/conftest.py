"""What all tests share: JAX on the CPU in 64 bits, hypothesis without a clock or a database, an ear for Ctrl-C."""

import os
import signal
import sys

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")

from hypothesis import settings

settings.register_profile("steady", deadline=None, database=None, derandomize=True)
settings.load_profile("steady")

# A shell starts what runs in the background deaf to Ctrl-C, and tests of it press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

import pytest  # noqa: E402

from tests.support.web import browser, show  # noqa: E402, F401  # the fixtures of all tests of pages


@pytest.fixture
def often_switched():
    """Threads take turns a hundred times as often as they do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    yield
    sys.setswitchinterval(before)


@pytest.fixture
def unaudited(monkeypatch):
    """Calls of programs are not audited, so that what changes is seen by guards or not at all."""
    from autograd.compile.frontend.audit import Audits

    monkeypatch.setattr(Audits, "due", lambda _: False)
