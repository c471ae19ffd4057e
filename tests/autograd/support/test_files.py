"""Files are whole or as they were before, whoever else writes, and nobody else's file is touched."""

import ast
import os
import re
import signal
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import autograd
from autograd.support import files
from autograd.support.files import write_file
from viz.pages.document import Page

ROOT = Path(autograd.__file__).parent.parent
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes and links of POSIX")


def mode(path):
    return stat.S_IMODE(os.stat(path).st_mode)


@POSIX
def test_a_file_keeps_its_mode_and_a_new_one_has_that_of_any_new_file(tmp_path):
    path, new, usual = tmp_path / "private", tmp_path / "new", tmp_path / "usual"
    path.write_bytes(b"old")
    for wanted in (0o600, 0o640, 0o444, 0o666):
        path.chmod(wanted)
        write_file(path, b"data")
        assert mode(path) == wanted
    write_file(new, b"data")
    usual.write_bytes(b"data")
    assert mode(new) == mode(usual)


@POSIX
def test_the_umask_of_the_process_is_never_moved(tmp_path, monkeypatch):
    def refused(mask):
        raise AssertionError("another thread's file would get this mask")

    before = os.umask(0o027)
    try:
        with monkeypatch.context() as patch:
            patch.setattr(os, "umask", refused)
            write_file(tmp_path / "new", b"data")
    finally:
        os.umask(before)
    assert mode(tmp_path / "new") == 0o640


@POSIX
def test_a_link_stays_a_link_and_a_planted_one_is_not_followed(tmp_path, monkeypatch):
    (tmp_path / "there").mkdir()
    target, link, victim = tmp_path / "there" / "real", tmp_path / "link", tmp_path / "victim"
    link.symlink_to(target)
    write_file(link, b"first")  # the link leads to nothing yet
    write_file(link, b"second")
    assert link.is_symlink()
    assert target.read_bytes() == b"second"
    assert os.listdir(tmp_path / "there") == ["real"]
    # even one who knew the name of the fresh file could not have another file written
    victim.write_bytes(b"precious")
    monkeypatch.setattr(os, "urandom", lambda n: bytes(n))
    planted = tmp_path / f".new.{'0' * 16}.part"
    planted.symlink_to(victim)
    with pytest.raises(FileExistsError):
        write_file(tmp_path / "new", b"data")
    assert victim.read_bytes() == b"precious"
    assert planted.is_symlink(), "what is not ours stays"


def test_a_users_own_files_beside_it_are_not_touched(tmp_path):
    path = tmp_path / "weights"
    names = ("weights.tmp", ".weights", ".weights.notes", f".weights.{'0' * 16}", "weights.part", "weights~")
    others = [tmp_path / name for name in names]
    for other in others:
        other.write_bytes(b"mine")
        os.utime(other, (time.time() - 7200.0,) * 2)
    write_file(path, b"data")
    assert {other.read_bytes() for other in others} == {b"mine"}
    assert set(os.listdir(tmp_path)) == {"weights", *(other.name for other in others)}


@pytest.mark.parametrize("error", [OSError("no space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize("act", ["open", "fdopen", "fsync", "replace"])
def test_whatever_fails_leaves_the_file_before_and_nothing_beside_it(tmp_path, monkeypatch, act, error):
    path = tmp_path / "weights"
    path.write_bytes(b"old")
    real = getattr(os, act)

    def fails(*given):
        if act in ("open", "fdopen"):  # as an interrupt does just after
            os.close(real(*given) if act == "open" else given[0])
        raise error

    monkeypatch.setattr(os, act, fails)
    with pytest.raises(type(error)):
        write_file(path, b"data")
    monkeypatch.undo()
    assert os.listdir(tmp_path) == ["weights"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_not_there_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no folder '.*nowhere' to leave 'x' in: make it first"):
        write_file(tmp_path / "nowhere" / "x", b"data")
    with pytest.raises(IsADirectoryError):
        write_file(tmp_path, b"data")


@POSIX
def test_what_is_no_plain_file_is_written_to_and_stays(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_file(pipe, b"data")
    reader.join()
    assert got == [b"data"]
    assert stat.S_ISFIFO(os.stat(pipe).st_mode)


def test_readers_never_see_half_a_file_while_two_write(tmp_path):
    path, contents = tmp_path / "shared", {bytes([k]) * 300_000 for k in (1, 2)}
    write_file(path, min(contents))
    errors = []

    def write(data):
        try:
            for _ in range(15):
                write_file(path, data)
        except BaseException as error:
            errors.append(error)

    writers = [threading.Thread(target=write, args=(data,)) for data in contents]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert path.read_bytes() in contents
    assert not errors
    assert os.listdir(tmp_path) == ["shared"]


@POSIX
def test_a_page_that_is_opened_is_for_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("viz.pages.document.window_browser", lambda: None)
    place = Page("film", {"title": "secret"}).open()
    assert place.parent == tmp_path
    assert mode(place) == 0o600
    assert b"secret" in place.read_bytes()


WRITING = {"write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "savez", "save_file", "imsave", "umask"}


def test_nothing_writes_files_but_the_one_place():
    """`Page.open` makes an empty private one; machine code has a folder of its own, with rules of its own.

    A site is put together in a temporary folder, and what examines an engine writes into a pipe.
    """
    found = set()
    for package in ("autograd", "nn", "viz", "demos"):
        for path in (ROOT / package).rglob("*.py"):
            name = path.relative_to(ROOT).as_posix()
            text = path.read_text(encoding="utf-8")
            looks = any(word in text for word in (*WRITING, "open("))
            for node in ast.walk(ast.parse(text)) if looks else ():
                if isinstance(node, ast.Call):
                    called = getattr(node.func, "attr", getattr(node.func, "id", ""))
                    modes = [a.value for a in [*node.args[1:2], *(k.value for k in node.keywords if k.arg == "mode")]
                             if isinstance(a, ast.Constant)]  # fmt: skip
                    writes = called in ("open", "fdopen") and any(set(str(m)) & set("wax+") for m in modes)
                    if called in WRITING or writes:
                        found.add((name, called))
    elsewhere = {
        (name, called)
        for name, called in found
        if name != "autograd/support/files.py" and "native/host/cache" not in name
    }
    assert elsewhere == {
        ("viz/pages/document.py", "mkstemp"),
        ("viz/pages/site/build.py", "write_bytes"),
        ("viz/pages/site/build.py", "write_text"),
        ("viz/pages/site/bytecode.py", "write_bytes"),
        ("autograd/explain/examination/trial.py", "fdopen"),
    }


@POSIX
def test_what_a_killed_process_left_half_written_goes_and_what_is_being_written_stays(tmp_path):
    path = tmp_path / "weights"
    kill = "import os, signal, sys; os.fsync = lambda handle: os.kill(os.getpid(), signal.SIGKILL); "
    write = "from autograd.support.files import write_file; write_file(sys.argv[1], bytes(100))"
    ended = subprocess.run([sys.executable, "-c", kill + write, str(path)], cwd=ROOT)
    assert ended.returncode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert re.fullmatch(r"[.]weights[.][0-9a-f]{16}[.]part", left.name)
    write_file(path, b"young: its writer may not hold it yet")
    assert left.exists()
    os.utime(left, (time.time() - 90.0,) * 2)
    held = tmp_path / f".weights.{'0' * 16}.part"
    with held.open("wb") as file:
        assert files._hold(file.fileno())
        os.utime(held, (time.time() - 90.0,) * 2)
        write_file(path, b"new")
    assert (left.exists(), held.exists(), path.read_bytes()) == (False, True, b"new")
    write_file(path, b"newer")
    assert not held.exists()


@POSIX
def test_file_and_move_are_on_the_disk_when_it_returns(tmp_path, monkeypatch):
    order, sync, replace = [], os.fsync, os.replace

    def synced(handle):
        order.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file")
        sync(handle)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "replace", lambda *paths: order.append("move") or replace(*paths))
    write_file(tmp_path / "new", b"data")
    assert order == ["file", "move", "folder"]
