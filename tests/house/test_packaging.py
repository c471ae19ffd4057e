"""What is installed where, what a source distribution holds, and what a person is told who lacks an extra."""

import re
import subprocess
import sys
import tarfile
import tomllib
from pathlib import Path

import pytest

from autograd.compile.backends.registry import BACKENDS
from autograd.support.messages import missing_extra

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RENDERER = {  # where the renderer that pip installs has a wheel: it comes as wheels alone
    ("linux", "x86_64"): True,
    ("linux", "aarch64"): True,
    ("darwin", "x86_64"): True,
    ("darwin", "arm64"): True,
    ("win32", "AMD64"): True,
    ("win32", "ARM64"): True,
    ("linux", "armv7l"): False,
    ("linux", "armv6l"): False,
    ("linux", "i686"): False,
    ("linux", "ppc64le"): False,
    ("linux", "s390x"): False,
    ("linux", "riscv64"): False,
    ("linux", "loongarch64"): False,
    ("win32", "x86"): False,
    ("emscripten", "wasm32"): False,
    ("wasi", "wasm32"): False,
    ("freebsd14", "amd64"): False,
    ("openbsd7", "amd64"): False,
    ("sunos5", "i86pc"): False,
    ("android", "aarch64"): False,
    ("ios", "arm64"): False,
    ("cygwin", "x86_64"): False,
}


@pytest.mark.parametrize(("platform", "there"), RENDERER.items(), ids=map("-".join, RENDERER))
def test_the_renderer_is_wanted_where_it_has_a_wheel_and_nowhere_else(platform, there):
    requirements = pytest.importorskip("packaging.requirements")
    surroundings = dict(zip(("sys_platform", "platform_machine"), platform, strict=True))
    wanted = [requirements.Requirement(text) for text in PROJECT["dependencies"]]
    names = [r.name for r in wanted if r.marker is None or r.marker.evaluate(surroundings)]
    assert sorted(names) == sorted(["graphviz", "numpy", *["graphviz-pure"] * there])


def test_a_source_distribution_holds_all_that_is_needed_to_test_it(tmp_path):
    pytest.importorskip("setuptools", minversion="77")
    if not (ROOT / ".git").exists():
        pytest.skip("which files there are is what git says")
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, check=True, encoding="utf-8").stdout.split("\0")
    names = {name for name in names if name and (ROOT / name).exists()}
    source = tmp_path / "source"
    for name in names | {"demos/__pycache__/stale.cpython-311.pyc"}:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes((ROOT / name).read_bytes() if (ROOT / name).exists() else b"")
    build = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
    made = subprocess.run(
        [sys.executable, "-c", build, str(tmp_path)], cwd=source, check=True, capture_output=True, encoding="utf-8"
    )
    (archive,) = tmp_path.glob("chainrule-*.tar.gz")
    with tarfile.open(archive) as held:
        files = {name.partition("/")[2] for name in held.getnames() if held.getmember(name).isfile()}
    made_by_setuptools = {name for name in files if name == "PKG-INFO" or name == "setup.cfg" or ".egg-info/" in name}
    assert files - made_by_setuptools == names
    assert "would be ignored" not in made.stdout + made.stderr


def test_a_missing_extra_is_told_with_both_ways_to_it_everywhere():
    for extra in PROJECT["optional-dependencies"]:
        said = missing_extra("it is drawn by something", extra)
        assert f"pip install 'chainrule[{extra}]'" in said
        assert f'pip install -e ".[{extra}]"' in said
    for package in ("autograd", "nn", "viz", "demos"):
        for path in (ROOT / package).rglob("*.py"):
            if path.name != "messages.py":
                assert "chainrule[" not in path.read_text(encoding="utf-8"), f"{path}: missing_extra says it"


def test_every_extra_that_is_told_of_is_there():
    paths = [path for package in ("nn", "viz", "demos") for path in ROOT.glob(f"{package}/**/*.py")]
    source = "".join(path.read_text(encoding="utf-8") for path in paths)
    told = set(re.findall(r"""missing_extra\([^()]*?["'](\w+)["']\)""", source))
    assert told == {"save", "data", "session", "plots", "onnx"}  # and those of the backends, by their table
    assert told | {extra for extra, _, _ in BACKENDS.values() if extra} <= PROJECT["optional-dependencies"].keys()
