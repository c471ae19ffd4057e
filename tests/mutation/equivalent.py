"""Slips that change nothing that can be observed, each judged by a person, with the reason: they are not counted."""

# file -> {(the line, what stood there, what stands there now): why nothing changes}
EQUIVALENT = {
    "autograd/fused/groups.py": {
        (
            "if len(gathered) == 2:",
            "2",
            "3",
        ): "a short way to the same sums, in the same order",
    },
    "autograd/fused/rows.py": {
        ("weights.sender = None", "weights.sender = None", "pass"): "who has nothing left sends nothing",
    },
    "autograd/compile/lift/normalize.py": {
        ("return combined(self.tape, [(sign * own, x), (other * others, y)], None)", "sign * own", "sign / own"): (
            "both are 1 or −1"
        ),
    },
    "autograd/compile/lift/terms.py": {
        (
            "for x, y in zip(tape.groups[weights], tape.groups[values], strict=True):",
            "zip(tape.groups[weights], tape.groups[values], strict=True)",
            "zip(tape.groups[values], tape.groups[weights], strict=True)",
        ): "the factors of each product are put in order next",
    },
    "nn/history/history.py": {
        (
            "return x if low != low or x < low else low",
            "x < low",
            "x <= low",
        ): "of two equal numbers either is returned",
        ("end, drop = 0, (0, len(best) - 1)", "len(best) - 1", "len(best) + 1"): "a shorter stretch is always found",
        ("end, drop = 0, (0, len(best) - 1)", "0", "1"): "the first goal is never met at once",
    },
    "viz/session/answers.py": {
        (
            "right = math.fsum(chance * share for chance, share in zip(chances, shares, strict=True))",
            "zip(chances, shares, strict=True)",
            "zip(shares, chances, strict=True)",
        ): "the two are multiplied",
    },
    "viz/session/prompt.py": {
        ("return bool(difflib.get_close_matches(name, self.commands, n=1))", "1", "2"): "one is enough",
    },
    "viz/session/functions.py": {
        ("training = TrainingSession(model, [[]], [0.0], loss=_first, optimizer=plain)", "0.0", "1.0"): (
            "this loss reads no target"
        ),
    },
    "viz/terminal.py": {
        ("widths = [max(columns(row[i]) for row in rows) for i in range(len(rows[0]))]", "0", "1"): (
            "all rows are of one length, and there are two at least"
        ),
    },
}


def reason(slip):
    """Return why a slip changes nothing, "" if nobody has judged so."""
    return EQUIVALENT.get(slip.name, {}).get((slip.text, slip.before, slip.after), "")
