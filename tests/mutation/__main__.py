"""The command: `python -m tests.mutation --part nn --slips 60 --seed 1 --reach FILE`."""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.mutation.reach import copied, files_of, reach, run


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutation")
    parser.add_argument("--part", default="nn", help="autograd, nn or viz, or a folder or a file in one")
    parser.add_argument("--slips", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--reach", type=Path, help="a file to keep what each test calls in; it is asked of new files of tests alone"
    )
    parser.add_argument("--tests", nargs="*", help="the folders of tests; those of the package's name if none is given")
    given = parser.parse_args()
    package = given.part.split("/")[0]
    folders = given.tests or [f"tests/{package}", "tests/house/test_house.py", "tests/house/test_public.py"]
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        kept = (given.reach or folder / "reach.json").absolute()
        tests = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        if new := sorted(set(files_of(folders)) - {test.partition("::")[0] for test in tests}):
            early = tests.get("", [0.0, []])[1]
            tests |= reach(package, new)
            tests[""] = [0.0, sorted({*early, *tests[""][1]})]
            kept.write_text(json.dumps(tests), encoding="utf-8")
        copied(folder)
        slips = json.dumps([given.part, given.slips, given.seed, str(kept)])
        run(folder, "-s", "-p", "tests.mutation.planting", *folders, output=None, SLIPS=slips)
    return 0


if __name__ == "__main__":
    sys.exit(main())
