"""What networks, trainings and looks at them say is what is kept."""

import pytest

from tests.nn.inspect.kept.texts import TEXTS, kept, told


@pytest.mark.parametrize("name", TEXTS)
def test_what_is_said_is_what_is_kept(name):
    assert told(name) == kept()[name], (
        "if that is meant, run python -m tests.nn.inspect.kept.texts, and read the difference"
    )
