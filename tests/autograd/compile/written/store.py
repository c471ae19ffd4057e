"""Keep what is written for each program: read the difference before it is committed."""

from tests.autograd.compile.written.writing import HERE, KINDS

for kind, (write, names) in KINDS.items():
    sections = [f"\n=== {name}\n{write(name)}\n" for name in names]
    (HERE / f"{kind}.txt").write_text("".join(sections), encoding="utf-8")
