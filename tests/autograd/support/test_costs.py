"""What work costs decides how it is done, and nobody hears the garbage collector meanwhile."""

import gc
from contextlib import suppress

import pytest

from autograd.support import costs
from autograd.support.collector import collector_paused


def test_arrays_pay_from_so_much_work_on_and_more_for_more_nodes():
    for nodes in (0, 1_000):
        least = costs.WORTH_COMPILING + costs.COMPILING * nodes
        assert [costs.pays_arrays(1, work, nodes) for work in (least - 1, least)] == [False, True]
        assert [costs.pays_arrays(steps, 1, nodes) for steps in (least - 1, least)] == [False, True]


@pytest.mark.parametrize(
    ("steps", "work", "pays"),
    [
        (costs.WORTH_MACHINE_CODE - 1, 0, False), (costs.WORTH_MACHINE_CODE, 0, True),
        (costs.WORTH_MACHINE_CODE // 2 - 1, costs.LARGE_STEP, False),
        (costs.WORTH_MACHINE_CODE // 2, costs.LARGE_STEP, True),
        (10**6, costs.FITS_CACHE - 1, True), (10**6, costs.FITS_CACHE, False),
    ],
)  # fmt: skip
def test_machine_code_pays_for_many_steps_that_fit_the_cache(steps, work, pays, monkeypatch):
    for there in (True, False):
        monkeypatch.setattr(costs, "find_spec", lambda name, there=there: there or None)
        assert costs.pays_machine_code(steps, work) is (pays and there)


def test_many_rows_or_many_products_pay_to_predict():
    products = [costs.pays_to_predict(1_000, parameters) for parameters in (10_000, 10_001)]
    assert [costs.pays_to_predict(rows, 1) for rows in (2_000, 2_001)] == products == [False, True]


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_paused_and_then_as_it_was(on):
    before = gc.isenabled()
    (gc.enable if on else gc.disable)()
    try:
        with suppress(KeyError), collector_paused():
            assert not gc.isenabled()
            raise KeyError
        assert gc.isenabled() is on
    finally:
        (gc.enable if before else gc.disable)()
