"""Object code kept between runs: found again, never trusted blindly, never too much of it."""

import os
import subprocess
import sys
import time

import pytest

import nn
from autograd.compile import compile_training

pytest.importorskip("llvmlite")

from autograd.compile.native import cache
from autograd.compile.native.machine import Machine, host


def trained_bits():
    model = nn.MLP(3, [5, 1], "tanh", seed=0)
    optimizer = nn.Adam(model.parameters())

    def loss(x, y):
        return nn.mean_squared_error([model(row) for row in x], y)

    training = compile_training(loss, model.parameters(), optimizer, "native")
    return training([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]], [0.7, 0.8], steps=20).tobytes()


def test_object_code_is_kept_and_found_again(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    first = trained_bits()
    (kept,) = (tmp_path / "kept").iterdir()
    monkeypatch.setattr(Machine, "object_code", lambda *_: pytest.fail("compiled again"))
    assert trained_bits() == first
    monkeypatch.undo()
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    for nonsense in (b"", b"nonsense", kept.read_bytes()[:-40]):
        kept.write_bytes(nonsense)
        assert trained_bits() == first
    assert len(list((tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("other", ["cpu", "features"])
def test_what_one_processor_has_kept_is_not_loaded_on_another(other, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    first = trained_bits()
    compiled = []
    object_code = Machine.object_code
    monkeypatch.setattr(Machine, "object_code", lambda *them: compiled.append(them) or object_code(*them))
    assert trained_bits() == first
    assert not compiled
    monkeypatch.setattr(host(), other, getattr(host(), other) + ",+another")
    assert trained_bits() == first
    assert len(compiled) == 1
    assert len(list(tmp_path.iterdir())) == 2


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "file" / "below"))
    assert trained_bits() == trained_bits()


def test_what_was_not_used_for_longest_goes(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    for k in range(8):
        cache.keep(f"{k}", bytes(100))
        os.utime(tmp_path / f"{k}.o", (k, k))
    assert cache.kept("0") == bytes(100)  # used now, so it stays longer than 1
    monkeypatch.setattr(cache, "LIMIT", 1000)
    cache.keep("8", bytes(100))
    assert {path.stem for path in tmp_path.iterdir()} == {"0", "5", "6", "7", "8"}


def test_what_a_killed_process_left_half_written_goes_after_an_hour(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    old, new = tmp_path / "old.new", tmp_path / "recent.new"
    for path, age in ((old, 2 * cache.HOUR), (new, 1.0)):
        path.write_bytes(b"half")
        os.utime(path, (time.time() - age,) * 2)
    cache.keep("code", b"code")
    assert {path.name for path in tmp_path.iterdir()} == {"code.o", "recent.new"}


WRITES = """
import sys
from autograd.compile.native import cache
cache.LIMIT = 40_000
for k in range(300):
    name = f"{(k * int(sys.argv[1])) % 50}"
    code = name.encode() * 1000
    found = cache.kept(name)
    assert found in (None, code), "half a file was read"
    cache.keep(name, code)
"""


def test_many_processes_read_write_and_remove_at_once(tmp_path):
    environment = {**os.environ, "CHAINRULE_CACHE": str(tmp_path)}
    running = [
        subprocess.Popen([sys.executable, "-c", WRITES, str(step)], env=environment, stderr=subprocess.PIPE)
        for step in (1, 3, 7)
    ]
    for process in running:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()
    assert 0 < sum(path.stat().st_size for path in tmp_path.iterdir()) <= 40_000
