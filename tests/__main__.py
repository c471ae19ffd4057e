"""All that must hold before a change is good: `python -m tests` runs linter, formatter, type checker and pytest.

Arguments go to pytest: `python -m tests -k xor`.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHECKS = (
    ("ruff", "check"),
    ("ruff", "format", "--check"),
    ("mypy",),
    ("pytest", "--numprocesses=auto", "--dist=loadfile"),
)


def main() -> int:
    failed = []
    for check in CHECKS:
        arguments = sys.argv[1:] if check[0] == "pytest" else []
        print(f"-- {' '.join(check)}", flush=True)
        if subprocess.run([sys.executable, "-m", *check, *arguments], cwd=ROOT).returncode:
            failed.append(check[0])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
