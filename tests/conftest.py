"""What all tests share: JAX on the CPU in 64 bits, and hypothesis without a clock or a database."""

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault("JAX_ENABLE_X64", "1")

from hypothesis import settings

settings.register_profile("steady", deadline=None, database=None, derandomize=True)
settings.load_profile("steady")

from tests.web import browser, show  # noqa: E402, F401  # the fixtures of all tests of pages
