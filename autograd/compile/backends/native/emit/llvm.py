"""The text of a function in LLVM's intermediate representation, line by line: memory, loops, what runs only if."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from autograd.compile.backends.native.emit.values import Index, Mask, Vector, double, literal, truth
from autograd.compile.ir.sizes import Size


class Emitter:
    """The text of one function, line by line, and what it declares."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.declarations: dict[str, None] = {}
        self.sizes: dict[Size, str] = {}  # lengths that vary, read where the function begins -> their names
        self.known: list[dict[str, str]] = [{}]  # per open block: computed before -> its name
        self.count = 0
        self.block = "entry"

    def put(self, instruction: str) -> str:
        """Append `name = instruction`, unless its value is known already, and return the name."""
        for known in reversed(self.known):
            if instruction in known:
                return known[instruction]
        self.count += 1
        name = f"%v{self.count}"
        self.lines.append(f"  {name} = {instruction}")
        self.known[-1][instruction] = name
        return name

    def fresh(self, instruction: str) -> str:
        """Append `name = instruction` even if the same was said before, and return the name."""
        self.count += 1
        name = f"%v{self.count}"
        self.lines.append(f"  {name} = {instruction}")
        return name

    def whole(self, x: Any) -> str:
        """Return what to write for a whole number, a counter or a length that varies."""
        return self.sizes.setdefault(x, f"%size{len(self.sizes)}") if isinstance(x, Size) else str(x)

    def declare(self, line: str) -> None:
        """Enter a declaration, once."""
        self.declarations[line] = None

    def operand(self, x: Any, lanes: int) -> str:
        """Return what to write for a Vector or a number among so many lanes."""
        if isinstance(x, Vector):
            return x.text if x.lanes == lanes else x.splat(lanes).text
        return literal(float(x), lanes)

    def vector(self, x: Any, lanes: int) -> Vector:
        """Return a Vector or number as a Vector of so many lanes."""
        return Vector(self, self.operand(x, lanes), lanes)

    def pack(self, singles: Iterable[Vector], count: int, lanes: int) -> Vector:
        """Return so many single doubles side by side, one in each lane; 0.0 in the lanes that are left over."""
        text = "poison" if count == lanes else "zeroinitializer"
        for lane, x in enumerate(singles):
            text = self.put(f"insertelement {double(lanes)} {text}, double {x.text}, i32 {lane}")
        return Vector(self, text, lanes)

    def only(self, x: Vector, part: int, otherwise: float) -> Vector:
        """Return the first `part` lanes of x, and a number in the others."""
        chosen = "<" + ", ".join(f"i1 {'true' if i < part else 'false'}" for i in range(x.lanes)) + ">"
        return Mask(self, chosen, x.lanes).select(x, otherwise)

    # --------------------------------------------------------------------------------- memory
    def address(self, base: str, index: Index) -> str:
        """Return the address of that place behind the pointer `base`."""
        at = ""
        for counter, stride in index.terms:
            term = counter if stride == 1 else self.put(f"mul nsw i64 {counter}, {self.whole(stride)}")
            at = self.put(f"add nsw i64 {at}, {term}") if at else term
        if at:
            base = self.put(f"getelementptr inbounds double, ptr {base}, i64 {at}")
        for part in index.constant.apart if isinstance(index.constant, Size) else (index.constant,):
            if isinstance(part, Size) or part:
                base = self.put(f"getelementptr inbounds double, ptr {base}, i64 {self.whole(part)}")
        return base

    def load(self, base: str, index: Index, lanes: int) -> Vector:
        """Return the doubles from that place on."""
        return Vector(self, self.fresh(f"load {double(lanes)}, ptr {self.address(base, index)}, align 8"), lanes)

    def store(self, x: Any, base: str, index: Index, lanes: int) -> None:
        """Put the doubles at that place and those behind it."""
        text = self.operand(x, lanes)
        self.lines.append(f"  store {double(lanes)} {text}, ptr {self.address(base, index)}, align 8")

    def store_part(self, x: Vector, base: str, index: Index, part: int) -> None:
        """Put the first `part` doubles at that place and behind it, and touch nothing else."""
        kind, mask = double(x.lanes), truth(x.lanes)
        name = f"@llvm.masked.store.v{x.lanes}f64.p0"
        self.declare(f"declare void {name}({kind}, ptr, i32 immarg, {mask})")
        chosen = "<" + ", ".join(f"i1 {'true' if i < part else 'false'}" for i in range(x.lanes)) + ">"
        self.lines.append(
            f"  call void {name}({kind} {x.text}, ptr {self.address(base, index)}, i32 8, {mask} {chosen})"
        )

    # ---------------------------------------------------------------------------------- loops
    @contextmanager
    def loop(self, count: Any, step: int = 1, start: Any = 0) -> Iterator[str]:
        """Write a loop; inside the `with` block the counter runs from start, in steps, while it is below `count`."""
        with self.carrying(count, [], step, start) as (counter, _, _):
            yield counter

    @contextmanager
    def carrying(
        self, count: Any, initial: list[Vector], step: int = 1, start: Any = 0
    ) -> Iterator[tuple[str, list[Vector], Callable[[list[Vector]], None]]]:
        """Write a loop that carries values in registers; yields counter, values on entry, a function to pass them on.

        After the block the list of values holds those that the last round passed on.  Where the lengths are numbers
        there is at least one round.
        """
        self.count += 1
        head, done = f"loop{self.count}", f"done{self.count}"
        counter, following = f"%i{self.count}", f"%n{self.count}"
        may_be_empty = isinstance(count, Size) or isinstance(start, Size)
        count, start, enter = self.whole(count), self.whole(start), f"br label %{head}"
        if may_be_empty:
            enter = f"br i1 {self.fresh(f'icmp slt i64 {start}, {count}')}, label %{head}, label %{done}"
        before, place = self.block, len(self.lines) + 2
        self.lines += [f"  {enter}", f"{head}:"]
        self.block = head
        carried = [Vector(self, f"%c{self.count}.{k}", x.lanes) for k, x in enumerate(initial)]
        passed: list[Vector] = []
        self.known.append({})
        yield counter, carried, passed.extend
        self.known.pop()
        phis = [f"  {counter} = phi i64 [ {start}, %{before} ], [ {following}, %{self.block} ]"]
        for x, y, z in zip(carried, initial, passed, strict=True):
            phis.append(f"  {x.text} = phi {double(x.lanes)} [ {y.text}, %{before} ], [ {z.text}, %{self.block} ]")
        self.lines[place:place] = phis
        self.lines.append(f"  {following} = add nuw nsw i64 {counter}, {step}")
        again = self.fresh(f"icmp slt i64 {following}, {count}")
        self.lines += [f"  br i1 {again}, label %{head}, label %{done}", f"{done}:"]
        last, self.block = self.block, done
        if may_be_empty:
            pairs = [
                (x, f"[ {x.text}, %{before} ], [ {y.text}, %{last} ]") for x, y in zip(initial, passed, strict=True)
            ]
            passed = [Vector(self, self.fresh(f"phi {double(x.lanes)} {both}"), x.lanes) for x, both in pairs]
        carried[:] = passed

    @contextmanager
    def when(self, condition: str) -> Iterator[None]:
        """What is written inside the `with` block runs only if the condition holds."""
        self.count += 1
        label, done = f"when{self.count}", f"else{self.count}"
        self.lines += [f"  br i1 {condition}, label %{label}, label %{done}", f"{label}:"]
        self.block = label
        self.known.append({})
        yield
        self.known.pop()
        self.lines += [f"  br label %{done}", f"{done}:"]
        self.block = done

    def sums(self, vectors: list[Vector]) -> Vector:
        """Return one Vector whose lane i is the sum of the lanes of the i-th; there are as many as lanes."""
        lanes, block = vectors[0].lanes, 1
        while len(vectors) > 1:
            low = [i for i in range(lanes) if not i & block]
            order = [
                x
                for k in range(0, len(low), block)
                for x in (*low[k : k + block], *[lanes + j for j in low[k : k + block]])
            ]
            high = [i + block for i in order]
            vectors = [
                x.shuffle(y, order) + x.shuffle(y, high) for x, y in zip(vectors[::2], vectors[1::2], strict=True)
            ]
            block *= 2
        return vectors[0]

    def otherwise(self, condition: str, usual: Vector, rare: Callable[[], Vector]) -> Vector:
        """Return `rare()`, computed only if the condition holds, else the usual."""
        self.count += 1
        label, done, before = f"rare{self.count}", f"done{self.count}", self.block
        self.lines += [f"  br i1 {condition}, label %{label}, label %{done}", f"{label}:"]
        self.block = label
        self.known.append({})
        x = rare()
        self.known.pop()
        self.lines += [f"  br label %{done}", f"{done}:"]
        choice = f"phi {double(x.lanes)} [ {usual.text}, %{before} ], [ {x.text}, %{self.block} ]"
        self.block = done
        return Vector(self, self.fresh(choice), x.lanes)

    def integer(self, base: str, index: Index) -> Index:
        """Return the whole number at that place, to be counted with."""
        return Index.of(self.fresh(f"load i64, ptr {self.address(base, index)}, align 8"))

    def store_integer(self, x: Index, base: str, index: Index) -> None:
        """Put a whole number that was read from memory at that place."""
        self.lines.append(f"  store i64 {x.terms[0][0]}, ptr {self.address(base, index)}, align 8")
