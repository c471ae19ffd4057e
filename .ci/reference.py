"""The API reference, from the docstrings, into build/api: `python .ci/reference.py`, with the extra `docs`."""

import sys
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("autograd", "nn", "viz")
sys.path.insert(0, str(ROOT))


def main() -> None:
    """Leave the pages in the folder that is given, else in build/api."""
    from pdoc import pdoc

    for package in map(import_module, PACKAGES):
        for name in package.__all__:
            vars(package)[name] = getattr(package, name)  # pdoc looks at what is loaded already
    pdoc(*PACKAGES, output_directory=Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "api")


if __name__ == "__main__":
    main()
