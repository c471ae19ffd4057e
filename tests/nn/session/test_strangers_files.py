"""What strangers did to files."""

import pytest

import nn
from autograd import Value


class Held(nn.Module):
    def __init__(self, held):
        self.held = held


@pytest.mark.parametrize(
    "held",
    [
        {1: Value(1.0), "1": Value(2.0)},
        {"a.0": Value(1.0), "a": [Value(2.0)]},
        {1: nn.BatchNorm(1), "1": nn.BatchNorm(1)},
        {1: nn.Dropout(0.5), "1": nn.Dropout(0.5)},
    ],
)
def test_parts_that_share_a_path_are_refused_not_lost(held, tmp_path):
    with pytest.raises(ValueError, match=r"two of the model's parts are both called held\."):
        nn.save(tmp_path / "a.st", Held(held))
    assert not list(tmp_path.iterdir())
