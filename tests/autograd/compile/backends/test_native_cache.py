"""Object code kept between runs: found again, never trusted blindly, never too much of it."""

import hashlib
import os
import subprocess
import sys
import time
from types import SimpleNamespace

import pytest

import nn
from autograd.compile import compile_training
from autograd.compile.backends.native.host.processor import Processor, host

pytest.importorskip("llvmlite")

from autograd.compile.backends.native.host import cache


def objects(folder):
    """Return where the object code lies, in a folder that CHAINRULE_CACHE names."""
    return folder / "chainrule" / "objects"


def entry(folder, key):
    return objects(folder) / f"{hashlib.sha256(key.encode()).hexdigest()}.o"


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
    (kept,) = objects(tmp_path / "kept").iterdir()
    monkeypatch.setattr(Processor, "object_code", lambda *_: pytest.fail("compiled again"))
    assert trained_bits() == first
    monkeypatch.undo()
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    for nonsense in (b"", b"nonsense", kept.read_bytes()[:-40]):
        kept.write_bytes(nonsense)
        assert trained_bits() == first
    assert len(list(objects(tmp_path / "kept").iterdir())) == 1


@pytest.mark.parametrize("other", ["cpu", "features"])
def test_what_one_processor_has_kept_is_not_loaded_on_another(other, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    first = trained_bits()
    compiled = []
    object_code = Processor.object_code
    monkeypatch.setattr(Processor, "object_code", lambda *them: compiled.append(them) or object_code(*them))
    assert trained_bits() == first
    assert not compiled
    monkeypatch.setattr(host(), other, getattr(host(), other) + ",+another")
    assert trained_bits() == first
    assert len(compiled) == 1
    assert len(list(objects(tmp_path).iterdir())) == 2


def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "file" / "below"))
    assert trained_bits() == trained_bits()


def test_what_was_not_used_for_longest_goes(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    for k in range(8):
        cache.keep(f"{k}", bytes(100))
        os.utime(entry(tmp_path, f"{k}"), (k, k))
    assert cache.kept("0") == bytes(100)  # used now, so it stays longer than 1
    monkeypatch.setattr(cache, "LIMIT", 1000)
    cache.keep("8", bytes(100))
    assert set(objects(tmp_path).iterdir()) == {entry(tmp_path, key) for key in "05678"}


def test_what_a_killed_process_left_half_written_goes_after_an_hour_and_nothing_of_the_users_ever(
    tmp_path, monkeypatch
):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    cache.keep("code", b"code")
    folder, own = objects(tmp_path), entry(tmp_path, "code").name
    old, new = folder / f"{own}.{'0' * 16}.new", folder / f"{own}.{'1' * 16}.new"
    users = [
        place / name for place in (tmp_path, tmp_path / "chainrule", folder) for name in ("old.new", "my.o", "a.txt")
    ]
    for path in (old, new, *users):
        path.write_bytes(bytes(1000))
        os.utime(path, (time.time() - (1.0 if path == new else 1e6),) * 2)
    (folder / f"{'a' * 64}.o").mkdir()
    monkeypatch.setattr(cache, "LIMIT", 100)
    cache.keep("other", bytes(200))
    assert not old.exists()
    assert not entry(tmp_path, "code").exists()
    assert all(path.exists() for path in (new, *users, folder / f"{'a' * 64}.o"))


def test_a_check_sum_holds_key_and_code(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path))
    cache.keep("one", b"one's code")
    cache.keep("two", b"two's code")
    one, two = entry(tmp_path, "one"), entry(tmp_path, "two")
    whole = one.read_bytes()
    for k in range(0, 8 * len(whole), 5):
        flipped = bytearray(whole)
        flipped[k // 8] ^= 1 << k % 8
        one.write_bytes(flipped)
        assert cache.kept("one") is None
    for n in range(len(whole)):
        one.write_bytes(whole[:n])
        assert cache.kept("one") is None
    for longer in (whole + b"\0", whole * 2):
        one.write_bytes(longer)
        assert cache.kept("one") is None
    os.replace(two, one)
    assert cache.kept("one") is None
    one.write_bytes(whole)
    assert cache.kept("one") == b"one's code"


@pytest.mark.parametrize("made", ["link", "hard to read", "pipe", "folder", "device", "open to others"])
def test_an_entry_is_a_plain_file_of_our_own(made, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    cache.keep("key", b"code")
    path = entry(tmp_path / "kept", "key")
    whole = path.read_bytes()
    if made == "open to others":
        path.chmod(0o666)
    else:
        path.unlink()
    if made == "link":
        (tmp_path / "there").write_bytes(whole)
        path.symlink_to(tmp_path / "there")
    elif made == "hard to read":
        path.symlink_to(path)
    elif made == "pipe":
        os.mkfifo(path)
    elif made == "folder":
        path.mkdir()
    elif made == "device":
        path.symlink_to("/dev/zero")
    assert cache.kept("key") is None
    cache.keep("key", b"new")
    assert cache.kept("key") == (None if made == "folder" else b"new")
    assert not (tmp_path / "there").exists() or (tmp_path / "there").read_bytes() == whole


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o750, 0o705, 0o720, 0o702])
def test_a_folder_that_others_may_look_into_or_change_is_no_cache(mode, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    cache.keep("key", b"code")
    assert cache.kept("key") == b"code"
    for folder in (objects(tmp_path / "kept"), tmp_path / "kept" / "chainrule"):
        folder.chmod(mode)
        assert cache.kept("key") is None
        cache.keep("other", b"code")
        assert len(list(objects(tmp_path / "kept").iterdir())) == 1
        folder.chmod(0o700)
    parent = tmp_path / "kept"
    parent.chmod(mode)
    assert cache.kept("key") == (None if mode & 0o022 else b"code")
    parent.chmod(0o1777)  # as /tmp is: nobody can rename there what is ours
    assert cache.kept("key") == b"code"
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    assert cache.kept("key") is None


def test_the_system_is_trusted_and_no_other_user_is(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    for user, mode, trusted in ((0, 0o755, True), (4321, 0o755, True), (1, 0o755, False), (4320, 0o700, False)):
        assert cache._is_trusted(SimpleNamespace(st_uid=user, st_mode=mode)) is trusted
        assert cache._is_ours(SimpleNamespace(st_uid=user, st_mode=mode)) is (user == 4321)
    assert not cache._is_trusted(SimpleNamespace(st_uid=0, st_mode=0o777))
    assert cache._is_trusted(SimpleNamespace(st_uid=0, st_mode=0o1777))


@pytest.mark.parametrize("which", ["chainrule", "objects"])
def test_our_own_folders_are_no_links(which, tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    cache.keep("key", b"code")
    folder = tmp_path / "kept" / "chainrule" if which == "chainrule" else objects(tmp_path / "kept")
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    assert cache.kept("key") is None
    cache.keep("other", b"code")
    assert len(list(tmp_path.rglob("*.o"))) == 1


def test_a_folder_on_the_way_may_be_a_link_of_ours(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "link"))
    cache.keep("key", b"code")
    assert cache.kept("key") == b"code"
    assert objects(tmp_path / "there").is_dir()


@pytest.mark.parametrize("wanted", ["off", "", "0", "no", "kept", "./kept", "~/kept", None])
def test_without_an_absolute_folder_there_is_no_cache(wanted, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "~").mkdir()
    for name in ("CHAINRULE_CACHE", "XDG_CACHE_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # nobody knows a home
    if wanted is not None:
        monkeypatch.setenv("CHAINRULE_CACHE", wanted)
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    cache.keep("key", b"code")
    assert cache.kept("key") is None
    assert [path.name for path in tmp_path.rglob("*")] == ["~"]


def test_the_folder_and_its_entries_are_closed_to_others(tmp_path, monkeypatch):
    before = os.umask(0)
    try:
        monkeypatch.delenv("CHAINRULE_CACHE", raising=False)
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "made" / "for us"))
        if sys.platform == "darwin":
            monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "made" / "for us"))
        cache.keep("key", b"code")
    finally:
        os.umask(before)
    assert cache.kept("key") == b"code"
    for path in (tmp_path / "made").rglob("*"):
        assert path.stat().st_mode & 0o077 == 0


WRITES = """
import sys
from autograd.compile.backends.native.host import cache
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
    assert 0 < sum(path.stat().st_size for path in objects(tmp_path).iterdir()) <= 40_000


def test_who_only_looks_makes_no_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "kept"))
    assert cache.kept("key") is None
    assert list(tmp_path.iterdir()) == []
    cache.keep("key", b"code")
    assert (tmp_path / "kept" / "chainrule").is_dir()


def test_a_link_on_the_way_that_somebody_else_made_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "there")
    monkeypatch.setenv("CHAINRULE_CACHE", str(tmp_path / "link" / "kept"))
    cache.keep("key", b"code")
    assert cache.kept("key") == b"code"
    look = os.lstat

    def of_another(path, **given):
        about = look(path, **given)
        if not str(path).endswith("link"):
            return about
        return SimpleNamespace(st_mode=about.st_mode, st_uid=about.st_uid + 4321)

    monkeypatch.setattr(os, "lstat", of_another)
    assert cache.kept("key") is None
