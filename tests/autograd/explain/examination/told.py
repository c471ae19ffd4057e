"""All that `examine` may say, as text: `python -m tests.autograd.explain.examination.told` writes it to told.txt."""

from pathlib import Path

from autograd.explain.examination.cases import cases

KEPT = Path(__file__).with_name("told.txt")


def _answer(wrong):
    numbers = ", ".join(f"{name} = {x:.6g}" for name, x in (wrong.found or {}).items())
    kinds = (f"not {wrong.off}" * bool(wrong.off), wrong.error, "too large" * wrong.too_large)
    return " ".join(filter(None, (numbers, *kinds)))


def told():
    """Return each case with its program, what it needs, and each wrong answer with what is said of it."""
    lines = []
    for case in cases():
        lines += ["", f"# {case.name}", *case.example.split("\n"), f"reads {', '.join(case.reads)}"]
        lines += [f"needs {', '.join(case.methods)}"] * bool(case.methods)
        lines += [f"builds on {'; '.join(case.builds_on)}"] * bool(case.builds_on)
        lines += ["may refuse"] * case.may_refuse
        lines += [f"  {_answer(wrong)}: {wrong.advice}" for wrong in case.wrong]
        lines += [f"  else: {case.advice}", *[f"  error: {case.fails}"] * bool(case.fails)]
    return "\n".join(lines[1:]) + "\n"


if __name__ == "__main__":
    KEPT.write_text(told(), encoding="utf-8")
