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
    "autograd/fused/units.py": {
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
    "autograd/compile/programs/size_formulas.py": {
        (
            'sign = (" - " if text else "-") if c < 0 else " + " if text else ""',
            "c < 0",
            "c <= 0",
        ): "no term is 0",
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
    "nn/layers/norms_and_dropout.py": {
        (
            "return [scale * (x / root) for x, scale in zip(row, self.scale, strict=True)]",
            "zip(row, self.scale, strict=True)",
            "zip(self.scale, row, strict=True)",
        ): "the two are multiplied",
    },
    "nn/losses/classification.py": {
        (
            'return averaged("hinge", [(1.0 - y * z).relu() for z, y in zip(outputs, wanted, strict=True)], '
            "count, weights)",
            "zip(outputs, wanted, strict=True)",
            "zip(wanted, outputs, strict=True)",
        ): "of each product either factor may come first",
        (
            "return dot(parts, [whole - _possible(z, q) for z, q in zip(logits, wanted, strict=True)]), 1.0",
            "dot(parts, [whole - _possible(z, q) for z, q in zip(logits, wanted, strict=True)])",
            "dot([whole - _possible(z, q) for z, q in zip(logits, wanted, strict=True)], parts)",
        ): "of each product either factor may come first",
        ("if seen and not p.data < LEAST_PROBABILITY:", "p.data < LEAST_PROBABILITY", "p.data <= LEAST_PROBABILITY"): (
            "the line touches the logarithm there, in value and slope"
        ),
        (
            "return where(p < LEAST_PROBABILITY, line, maximum(p, LEAST_PROBABILITY).log())",
            "p < LEAST_PROBABILITY",
            "p <= LEAST_PROBABILITY",
        ): "the line touches the logarithm there, in value and slope",
        (
            "others = where(z > 0.0, 1.0 - y, y)  # the probability of the other outcome",
            "0.0",
            "1.0",
        ): "it is used where the logit is infinite",
    },
    "nn/saving/onnx_maths.py": {
        ("size = self.where(x > 28.0, 28.0, x)  # where it has vanished", "28.0", "56.0"): "it has vanished there, too",
    },
    "nn/losses/validate_targets.py": {
        ("average = dot(each, losses) / where(equal(whole, 0.0), 1.0, whole)", "1.0", "2.0"): "0 is divided by it",
    },
    "nn/inspect/layer_statistics.py": {
        ("vector = [1.0 + 0.01 * i for i in range(len(matrix[0]))]", "0.01", "0.02"): "where the iteration begins",
        ("vector = [1.0 + 0.01 * i for i in range(len(matrix[0]))]", "1.0", "2.0"): "where the iteration begins",
    },
    "nn/optim/schedules.py": {
        ("if step >= last:", "step >= last", "step > last"): "the cosine's end is the same number",
    },
    "viz/graph/network.py": {
        ("chip_wide = max((wide_of(chip.cells) for chip in chips), default=0)", "0", "1"): (
            "where there are no weights there is nothing that it places"
        ),
    },
    "viz/session/help_and_numbers.py": {
        ('if line[0] != " ":', "0", "1"): "a command's word has two letters or more",
        (
            'lines[-1] += (" · " if lines[-1][8:] else " ") + re.split(" {2,}|: ", line[9:])[0]',
            "8",
            "9",
        ): "what stands there is longer than one letter",
    },
    "viz/graph/folding.py": {
        ("return set(), 1, {}", "1", "2"): "how many rows there are is told beside the others of a batch alone",
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
