"""The browser edition is built whole or not at all, and what it would be built of is looked at first."""

import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import nn
import viz
from viz.command_line import main
from viz.pages.live.ready import key_of
from viz.pages.site import build, gallery, pyodide_from_npm

ROOT = Path(__file__).parents[4]


@pytest.fixture
def no_npm(monkeypatch):
    """Nothing may be fetched in these tests: they fail before."""
    monkeypatch.setattr(build, "from_npm", lambda part: pytest.fail(f"asked npm for {part.package}"))


def refused(capsys, *words):
    assert main(["site", *words]) == 1
    return capsys.readouterr().err


def test_a_place_that_will_not_do_is_refused_before_anything_is_fetched(no_npm, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("mine")
    assert "there are other things in this folder: name a new one" in refused(capsys, str(tmp_path))
    assert "it is a file; for one file say --single" in refused(capsys, str(tmp_path / "mine.txt"))
    assert "one file is saved as .html" in refused(capsys, "--single", str(tmp_path / "page"))
    assert "there is no folder" in refused(capsys, str(tmp_path / "no" / "folder"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_without_node_the_way_to_it_is_told(no_npm, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(pyodide_from_npm.shutil, "which", lambda name, path=None: None)
    said = refused(capsys, str(tmp_path / "site"))
    assert said.startswith("there is no node here: chainrule site needs Node.js, which brings npm, to build the page")
    assert not (tmp_path / "site").exists()


@pytest.fixture
def small(monkeypatch):
    """Files that hold their names are those that were chosen."""
    monkeypatch.setattr(
        pyodide_from_npm, "CODE", {name: hashlib.sha256(name.encode()).hexdigest() for name in pyodide_from_npm.CODE}
    )


def folder_of_pyodide(folder, **packages):
    folder.mkdir()
    for name in pyodide_from_npm.PYODIDE.files:
        (folder / name).write_bytes(name.encode())
    lock = {"info": {"abi_version": "2026_0"}, "packages": packages}
    (folder / "pyodide-lock.json").write_text(json.dumps(lock))
    return folder


def test_pyodide_from_a_folder_is_of_the_version_that_was_tried(no_npm, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    said = refused(capsys, str(tmp_path / "site"), "--pyodide", str(tmp_path / "empty"))
    assert "there is no pyodide.mjs, pyodide.js, pyodide.asm.mjs, pyodide.asm.wasm" in said
    assert f"in it: the distribution of Pyodide {pyodide_from_npm.PYODIDE.version} is needed" in said
    assert not (tmp_path / "site").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"packages": []}', '{"packages": {"numpy": 1}}'])
def test_a_lock_file_that_is_none_is_named(no_npm, tmp_path, capsys, text):
    place = folder_of_pyodide(tmp_path / "whole")
    (place / "pyodide-lock.json").write_text(text)
    said = refused(capsys, str(tmp_path / "site"), "--pyodide", str(place))
    assert "whole: its pyodide-lock.json is not what Pyodide writes" in said
    assert not (tmp_path / "site").exists()


def test_a_lock_file_leads_to_no_file_outside_its_folder(no_npm, tmp_path, capsys):
    (tmp_path / "secret").write_bytes(b"x")
    digest = hashlib.sha256(b"x").hexdigest()
    for k, name in enumerate(["../secret", str(tmp_path / "secret")]):
        place = folder_of_pyodide(tmp_path / f"whole{k}", numpy={"file_name": name, "sha256": digest})
        said = refused(capsys, str(tmp_path / "site"), "--pyodide", str(place))
        assert "which is no file in it" in said
    assert not (tmp_path / "site").exists()


def test_each_file_of_the_folder_is_what_was_chosen(no_npm, small, tmp_path, monkeypatch, capsys):
    place = folder_of_pyodide(tmp_path / "whole")
    assert pyodide_from_npm.from_folder(place).keys() == {*pyodide_from_npm.PYODIDE.files}
    for name in pyodide_from_npm.CODE:
        (place / name).write_bytes(b"another")
        said = refused(capsys, str(tmp_path / "site"), "--pyodide", str(place))
        assert f"its {name} is another, of the SHA-256 {hashlib.sha256(b'another').hexdigest()}: the distri" in said
        (place / name).write_bytes(name.encode())
    assert not (tmp_path / "site").exists()


def test_numpy_is_taken_along_where_the_distribution_has_it(small, tmp_path, monkeypatch, capsys):
    wheel, content = "numpy-2.0.2-cp312-cp312-pyodide_2024_0_wasm32.whl", b"a wheel"
    place = folder_of_pyodide(
        tmp_path / "whole", numpy={"file_name": wheel, "sha256": hashlib.sha256(content).hexdigest()}
    )
    assert wheel not in pyodide_from_npm.from_folder(place)  # named, and not there: as npm has it
    (place / wheel).write_bytes(content)
    assert pyodide_from_npm.from_folder(place)[wheel] == content
    monkeypatch.setattr(build, "program", lambda name: name)
    (place / wheel).write_bytes(b"another")
    said = refused(capsys, str(tmp_path / "site"), "--pyodide", str(place))
    assert f"its {wheel} is another, of the SHA-256" in said


def npm(monkeypatch, archive, code=0, said="npm error code E404\n"):
    """Let npm leave this archive where it packs."""

    def run(command, cwd, **_):
        assert command[1:3] == ["pack", f"pyodide@{pyodide_from_npm.PYODIDE.version}"]
        if archive is not None:
            Path(cwd, f"pyodide-{pyodide_from_npm.PYODIDE.version}.tgz").write_bytes(archive)
        return subprocess.CompletedProcess(command, code, "", said)

    monkeypatch.setattr(pyodide_from_npm, "program", lambda name: name)
    monkeypatch.setattr(pyodide_from_npm.subprocess, "run", run)


def never(command, timeout, **_):
    raise subprocess.TimeoutExpired(command, timeout)


def test_what_npm_brings_is_what_was_chosen(monkeypatch):
    npm(monkeypatch, None, code=1)
    with pytest.raises(RuntimeError, match=r"npm could not fetch pyodide 314\.0\.7: npm error code E404"):
        pyodide_from_npm.from_npm(pyodide_from_npm.PYODIDE)
    npm(monkeypatch, None, code=1, said="")
    with pytest.raises(RuntimeError, match=r"fetch pyodide 314\.0\.7: it left with 1, and said nothing$"):
        pyodide_from_npm.from_npm(pyodide_from_npm.PYODIDE)
    monkeypatch.setattr(pyodide_from_npm.subprocess, "run", never)
    with pytest.raises(RuntimeError, match=r"fetch pyodide 314\.0\.7: it did not answer for 300 s$"):
        pyodide_from_npm.from_npm(pyodide_from_npm.PYODIDE)
    npm(monkeypatch, b"something else")
    with pytest.raises(ValueError, match=r"npm's pyodide 314\.0\.7 is another than was chosen: its SHA-256 is "):
        pyodide_from_npm.from_npm(pyodide_from_npm.PYODIDE)


def test_one_file_holds_all_and_a_folder_has_its_page_written_last(tmp_path, monkeypatch):
    given = {name: name.encode() for name in pyodide_from_npm.PYODIDE.files}
    monkeypatch.setattr(
        build, "from_npm", lambda part: given if part is pyodide_from_npm.PYODIDE else {"viz-global.js": b"V"}
    )
    monkeypatch.setattr(build, "program", lambda name: name)
    monkeypatch.setattr(build, "_compiled", lambda _: {"python_stdlib.zip": b"S", "library.zip": b"L"})
    monkeypatch.setattr(build, "gallery", lambda: {"steps.html": ("<Steps>", viz.film([1.0, 0.5]))})
    page = build.site(str(tmp_path / "site"))
    files = {path.name for path in page.parent.iterdir()}
    data = {"python_stdlib.zip", "library.zip", "pyodide.asm.wasm", "pyodide-lock.json"}
    assert files == data | {"index.html", "worker.js", "steps.html"}
    scripts = (page.parent / "worker.js").read_text(encoding="utf-8")
    assert scripts.startswith("globalThis.importScripts = undefined\n;pyodide.asm.mjs\n;pyodide.js\n;V\n;")
    assert '<a href="steps.html" target="_blank">&lt;Steps&gt;</a>' in page.read_text(encoding="utf-8")
    assert build.site(str(tmp_path / "site")) == page  # again, over itself
    one = build.site(str(tmp_path / "one.html"), single=True).read_text(encoding="utf-8")
    assert {name for name in files if f'id="file:{name}"' in one} == files - {"index.html"}


def test_a_gallery_has_the_book_first_and_a_worksheet():
    titles = {name: entry.title for name, entry in gallery.ENTRIES.items()}
    assert next(iter(titles)) == "book.html"
    assert titles["worksheet.html"] == "Work it out by hand"


def test_the_pages_of_a_gallery_show_xors_network():
    steps, playground, film = (gallery.ENTRIES[f"{name}.html"].page().data for name in ("steps", "playground", "film"))
    assert [page["title"] for page in (steps, playground, film)] == [
        "XOR, step by step", "XOR, to play with", "XOR is learned",
    ]  # fmt: skip
    model, (rows, targets) = nn.MLP(2, [4, 1], activation="tanh", seed=0), nn.datasets.xor()
    loss = nn.binary_cross_entropy_with_logits
    optimizer = nn.SGD(model.parameters(), learning_rate=0.5)
    assert (steps["rows"], steps["rate"], playground["rate"]) == (4, 0.5, 0.5)
    assert {path: x for _, path, x in playground["parameters"]} == {p: x.data for p, x in model.named_parameters()}
    assert (playground["rows"], playground["loss"], film["loss"]) == (rows, loss.__name__, loss.__name__)
    answer = loss([model(row) for row in rows], targets)
    assert steps["values"] == viz.steps(answer, optimizer=optimizer).data["values"]
    history = nn.fit(model, rows, targets, loss=loss, optimizer=optimizer, epochs=400, progress=False)
    assert film["curve"] == pytest.approx(history.losses, rel=1e-9)
    assert film["epochs"][-1] == 400


# ------------------------------------------------------------------- programs made beforehand
PROGRAM = """
import json, sys
if sys.argv[1] == "without":
    sys.modules["numpy"] = None
import nn, viz
from viz.pages.live.ready import READY, Structure
from viz.session.xor import xor_training
if sys.argv[1] == "without":
    READY.update({key: Structure(**made) for key, made in json.load(sys.stdin).items()})
for activation in ("tanh", "relu"):
    run = xor_training(3, activation, 0.25)
    run.run(5)
    print(viz.playground(run.model, run.inputs, run.targets, loss=run.loss, optimizer=run.optimizer).html)
    print(viz.film(run).html)
if sys.argv[1] == "without":
    try:
        viz.playground(nn.MLP(2, [3, 1], seed=0), *nn.datasets.xor())
    except ModuleNotFoundError as error:
        print(error, file=sys.stderr)
"""


def test_pages_that_compute_are_the_same_without_numpy_from_programs_made_beforehand():
    made = json.dumps({key: vars(structure) for key, structure in gallery.programs().items()})
    ended = [
        subprocess.run(
            [sys.executable, "-X", "utf8", "-c", PROGRAM, how],
            input=made,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            capture_output=True,
            encoding="utf-8",
        )
        for how in ("with", "without")
    ]
    assert [run.returncode for run in ended] == [0, 0], ended[1].stderr
    assert ended[0].stdout == ended[1].stdout
    assert "a page that computes is compiled with NumPy, which is missing here" in ended[1].stderr


def key(model, loss=nn.mean_squared_error, kind=nn.SGD, choices=(), **settings):
    optimizer = kind(model.parameters(), **settings)
    return key_of(model, viz.graph.network.layers_of(model), [[0.0], [1.0]], loss, optimizer, choices)


class Narrow(nn.MLP):
    """A model whose pass may be its own."""


def test_networks_share_programs_only_where_nothing_is_their_own():
    def mlp(**settings):
        return nn.MLP(2, [3, 1], **settings)

    same = key(mlp(seed=0))
    assert same == key(mlp(seed=1), learning_rate=0.7) != ""
    others = [
        key(nn.MLP(2, [4, 1])), key(mlp(activation="tanh")), key(mlp(), loss=nn.hinge), key(mlp(), loss=None),
        key(mlp(), kind=nn.Adam), key(mlp(), kind=nn.Adam, beta1=0.5), key(mlp(), choices=("tanh",)),
    ]  # fmt: skip
    assert len({same, *others}) == len(others) + 1
    assert "" not in others
    tied = mlp()
    tied.layers[0].neurons[1].weights = tied.layers[0].neurons[0].weights
    own = [
        key(Narrow(2, [3, 1])), key(mlp(), loss=lambda p, y: nn.hinge(p, y)), key(tied),
        key(mlp(), weight_decay=0.1), key(mlp(activation=lambda z: z * z)),
    ]  # fmt: skip
    assert own == [""] * len(own)


def test_what_is_taken_from_an_archive_is_what_is_wanted(monkeypatch):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name in ("package/dist/viz-global.js", "package/../../evil.js"):
            entry = tarfile.TarInfo(name)
            entry.size = 2
            archive.addfile(entry, io.BytesIO(b"js"))
    held = packed.getvalue()
    digest = pyodide_from_npm.hashlib.sha256(held).hexdigest()
    npm(monkeypatch, held)
    part = pyodide_from_npm.GRAPHVIZ._replace(
        package="pyodide", version=pyodide_from_npm.PYODIDE.version, sha256=digest
    )
    assert pyodide_from_npm.from_npm(part) == {"viz-global.js": b"js"}
