"""Native code has the bits of its width, NumPy those in order but for BLAS, and both differ by roundings alone."""

import platform

import pytest

from tests.nn.digests.trainings import (
    BY_LIBM,
    TRAININGS,
    WIDTHS,
    as_on,
    assert_differs_by_roundings,
    digests,
    numbers,
    stored,
)


@pytest.mark.parametrize("lanes", WIDTHS)
def test_native_code_has_the_bits_of_its_width_on_any_processor(lanes, monkeypatch):
    pytest.importorskip("llvmlite")
    from autograd.compile.backends.native.host.processor import host

    cpu, feature = WIDTHS[lanes]
    if platform.machine() != "x86_64" or f"+{feature}" not in host().features.split(","):
        pytest.skip(f"this processor has no {feature}")
    monkeypatch.setenv("CHAINRULE_CACHE", "off")
    with as_on(cpu, lanes):
        assert digests("native") == stored("native")[str(lanes)]


@pytest.mark.parametrize("backend", ["numpy", "native"])
def test_backends_differ_by_roundings_alone(backend):
    for training in TRAININGS:
        found = numbers(training, backend)
        assert_differs_by_roundings(training, found)
        assert numbers(training, backend) == found, "the same on every run"


def test_of_what_ieee_arithmetic_decides_numpy_leaves_the_order_of_products_alone_to_blas():
    pytest.importorskip("numpy")
    from tests.nn.digests.products import in_order

    with in_order():
        found = digests("numpy")
    assert {name: bits for name, bits in found.items() if name not in BY_LIBM} == stored("in order")
