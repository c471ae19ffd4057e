"""What a session says, from the first word to the last, is what is kept, to the letter."""

import pytest

from tests.viz.session.kept.conversations import CONVERSATIONS, file, told


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_what_a_session_says_is_what_is_kept(name, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")  # which is put back afterwards
    assert told(name) == file(name).read_text(encoding="utf-8"), (
        "a session says something else: if that is meant, run python -m tests.viz.session.kept.conversations, "
        "and read the difference"
    )
