"""The command: `python -m tests.mutation --part nn --slips 60 --seed 1 --reach FILE`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.mutation.reach import copied, reach, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--part", default="nn", help="autograd, nn or viz, or a folder or a file in one")
    parser.add_argument("--slips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reach", type=Path, help="a file to keep what each test calls in, or to read it from")
    parser.add_argument("--tests", nargs="*", help="the folders of tests; those of the package's name if none is given")
    given = parser.parse_args()
    package = given.part.split("/")[0]
    folders = given.tests or [f"tests/{package}", "tests/house/test_house.py"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        known = (given.reach or folder / "reach.json").absolute()
        if not known.exists():
            known.write_text(json.dumps(reach(package, folders)), encoding="utf-8")
        copied(folder)
        slips = json.dumps([given.part, given.slips, given.seed, str(known)])
        run(folder, "-s", "-p", "tests.mutation.planting", *folders, output=None, SLIPS=slips)
    return 0


if __name__ == "__main__":
    sys.exit(main())
