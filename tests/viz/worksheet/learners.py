"""Simulated learners, who know nothing of the tables that judge them: `python -m tests.viz.worksheet.learners` counts.

A learner reads the numbers that are shown, and computes with functions and derivatives written here by hand.  A
consistent one makes one mistake wherever it can be made, a careless one any at any time, and now and then either makes
an accident of arithmetic that has no name.  An answer counts where it is not the right one after all.  A mistake is
found if it is among those that the worksheet names; where the worksheet names two, `either … or`, neither is a false
one if one of them is true.  How many answers were named so is counted, too.
"""

import math
import random
from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import nn
import viz
from autograd import Value, exp, sigmoid, sin, tanh

MISTAKES = (
    "path", "overwritten", "sign", "activation", "output", "updated", "transposed", "bias", "rate in gradient",
    "average",
)  # fmt: skip
RATE = 0.3
FUNCTIONS = {  # of z: the function, its slope at z, and its slope by the rule that has the output a in it
    "tanh": (math.tanh, lambda z: 1 / math.cosh(z) ** 2, lambda a: 1 - a * a),
    "sigmoid": (
        lambda z: 1 / (1 + math.exp(-z)),
        lambda z: math.exp(-z) / (1 + math.exp(-z)) ** 2,
        lambda a: a * (1 - a),
    ),
    "exp": (math.exp, math.exp, lambda a: a),
    "sin": (math.sin, math.cos, None),
    "relu": (lambda z: max(z, 0.0), lambda z: float(z > 0), None),
}
PAIRS = {
    "add": lambda x, y: (x + y, (1.0, 1.0)),
    "subtract": lambda x, y: (x - y, (1.0, -1.0)),
    "multiply": lambda x, y: (x * y, (y, x)),
    "divide": lambda x, y: (x / y, (1 / y, -x / y / y)),
}


# --------------------------------------------------------------------------------------------- graphs
def expression(draw):
    """Return a random expression of a few operations, in which nodes are used more than once."""
    nodes = [Value(draw.choice((-1, 1)) * draw.randint(2, 19) / 10, name) for name in "abc"]
    for _ in range(draw.randint(4, 8)):
        x, y = draw.choice(nodes[-4:]), draw.choice(nodes)
        kind = draw.randrange(8)
        if kind < 4:
            made = (x + y, x - y, x * y, x * 0.5 + y)[kind]
        elif kind < 7:
            made = (tanh, sigmoid, sin)[kind - 4](x)
        else:
            made = exp(tanh(x)) / 2.0
        nodes.append(made)
    unused = [node for node in nodes if not any(node in other.parents for other in nodes)]
    return nodes[-1] * nodes[0] + sum(unused[1:], unused[0])


def network(draw):
    """Return the loss of a random small network on a few rows."""
    sizes = draw.choice([(2, 2, 1), (2, 2, 2, 1), (3, 2, 1), (2, 3, 3, 1)])
    model = nn.MLP(sizes[0], list(sizes[1:]), activation=draw.choice(["tanh", "sigmoid", "relu"]), seed=0)
    for parameter in model.parameters():
        parameter.data = draw.choice((-1, 1)) * draw.randint(1, 9) / 10
    count = draw.randint(1, 3)
    rows = [[draw.choice((-1.5, -0.5, 0.5, 2.0)) for _ in range(sizes[0])] for _ in range(count)]
    return nn.mean_squared_error([model(row) for row in rows], [draw.choice((-1.0, 2.0)) for _ in rows])


def sheets(count, level=4):
    """Yield worksheets of random graphs, expressions and networks; those that four digits cannot do are left out."""
    made, seed = 0, 0
    while made < count:
        seed += 1
        draw = random.Random(seed)
        try:
            sheet = viz.worksheet((expression, network)[seed % 2](draw), seed=seed, level=level, learning_rate=RATE)
        except ValueError:
            continue
        made += 1
        yield sheet


# ------------------------------------------------------------------------------------------- learners
def written(x):
    """Return a number as a person writes it: four digits, a last 5 up."""
    if abs(x) < 1e-13:  # what is left in binary of decimals that cancel
        return 0.0
    exact = Decimal(repr(float(f"{x:.12g}")))
    return float(exact.quantize(Decimal(1).scaleb(exact.adjusted() - 3), ROUND_HALF_UP))


class Learner:
    """Someone who fills in a worksheet; `mistake` is what they get wrong where they can, if anything."""

    def __init__(self, sheet, draw):
        self.figures, self.draw = sheet.sheet.figures, draw
        self.nodes = self.figures.recording.nodes
        self.shown = self.figures.numbers

    def number(self, i):
        return self.shown["value", i]

    def inputs(self, i):
        return [self.number(j) for j in self.figures.parents[i]]

    def total(self, i):
        """Return the gradient of a node, as it is shown."""
        if i == len(self.nodes) - 1:
            return 1.0
        sent = [(s.node, s.slot) for s in self.figures.sends[i]]
        return self.shown[("sent", *sent[0]) if len(sent) == 1 else ("gradient", i)] if sent else 0.0

    def computed(self, i, inputs):
        name = self.nodes[i].op.name
        if name == "dot":
            half = len(inputs) // 2
            return sum(w * x for w, x in zip(inputs[:half], inputs[half:-1], strict=True)) + inputs[-1]
        if name == "total":
            return sum(inputs)
        return FUNCTIONS[name][0](*inputs) if name in FUNCTIONS else PAIRS[name](*inputs)[0]

    def slope(self, i, slot):
        name, inputs = self.nodes[i].op.name, self.inputs(i)
        if name == "dot":
            half = len(inputs) // 2
            return inputs[(slot + half) % (2 * half)] if slot < 2 * half else 1.0
        if name == "total":
            return 1.0
        if name in PAIRS:
            return PAIRS[name](*inputs)[1][slot]
        by_output = FUNCTIONS[name][2]
        return FUNCTIONS[name][1](*inputs) if by_output is None else by_output(self.number(i))

    def shown_slope(self, i, slot):
        return self.shown.get(("local", i, slot), self.slope(i, slot))

    def right(self, key):
        """Return what a good learner writes."""
        kind, i, *slot = key
        if kind == "value":
            return self.computed(i, self.inputs(i))
        if kind == "local":
            return self.slope(i, *slot)
        if kind == "sent":
            return self.total(i) * self.shown_slope(i, *slot)
        if kind == "gradient":
            return sum(self.parts(i))
        return self.number(i) - RATE * self.total(i)

    def parts(self, i):
        return [self.shown["sent", s.node, s.slot] for s in self.figures.sends[i]]

    def is_learned(self, i):
        return ("after", i) in self.shown

    def rows(self):
        """Return how many rows the loss is the mean of, or 1."""
        last = self.nodes[-1]
        return last.parents[1].data if last.op.name == "divide" and last.parents[0].op.name == "total" else 1

    def wrong(self, key, mistake):
        """Return what someone writes who makes this mistake, or None where it cannot be made."""
        kind, i, *rest = key
        answer = self.right(key)
        node = self.nodes[i]
        name = node.op.name if node.op is not None else ""
        target = self.figures.parents[i][rest[0]] if kind == "sent" else i if kind == "gradient" else -1
        if mistake == "sign":
            return -answer if kind != "after" else None
        if mistake == "rate in gradient":
            step = RATE * RATE * self.total(i)
            return RATE * answer if self.is_learned(target) else self.number(i) - step if kind == "after" else None
        if mistake == "average" and self.rows() > 1:
            if i == len(self.nodes) - 1 and kind in ("value", "sent"):
                return self.inputs(i)[0] if kind == "value" else 1.0
            step = self.rows() * RATE * self.total(i)
            of_sum = self.is_learned(target)
            return self.rows() * answer if of_sum else self.number(i) - step if kind == "after" else None
        if kind == "gradient" and mistake in ("path", "overwritten"):
            parts = self.parts(i)
            if mistake == "overwritten":
                return parts[-1]
            parts.pop(self.draw.randrange(len(parts)))
            return sum(parts)
        if name in FUNCTIONS and mistake == "activation" and kind == "sent":
            return self.total(i)
        if name in FUNCTIONS and mistake == "output" and kind == "local":
            _, slope, by_output = FUNCTIONS[name]
            z, a = self.inputs(i)[0], self.number(i)
            return by_output(z) if by_output and self.draw.random() < 0.5 else slope(a)
        if name in ("dot", "multiply") and mistake == "updated" and kind == "sent":
            parents = self.figures.parents[i]
            half = len(parents) // 2
            if name == "dot" and rest[0] == 2 * half:
                return None
            other = parents[(rest[0] + half) % (2 * half)]
            return self.total(i) * self.shown["after", other] if self.is_learned(other) else None
        if name == "dot":
            return self.in_a_layer(i, kind, rest, mistake)
        return None

    def in_a_layer(self, i, kind, rest, mistake):
        parents = self.figures.parents[i]
        half = len(parents) // 2
        if mistake == "bias" and kind == "sent":
            if rest[0] < half:
                return self.total(i)
            return self.total(i) * self.number(parents[half]) if rest[0] == 2 * half else None
        if mistake == "transposed":
            path = self.nodes[i].name.split(".")  # layers.0.neurons.1.z
            unit, prefix = int(path[3]), ".".join(path[:3])
            weight = {node.name: node.data for node in self.nodes if node.is_leaf and node.name}
            column = [weight.get(f"{prefix}.{k}.weights.{unit}") for k in range(half)]
            if kind == "value" and None not in column:
                return self.computed(i, [*map(written, column), *self.inputs(i)[half:]])
            if kind == "sent" and half <= rest[0] < 2 * half and column[rest[0] - half] is not None:
                return self.total(i) * written(column[rest[0] - half])
        return None

    def accident(self, key):
        """Return a number that went wrong for no reason: a digit, the decimal point, anything."""
        x = self.right(key)
        kind = self.draw.randrange(3)
        if kind == 0:
            return x * 10.0
        if kind == 1:
            return x * self.draw.choice((-1, 1)) * self.draw.uniform(0.1, 3.0)
        digit = 10.0 ** (math.floor(math.log10(abs(x))) - 1) if x else 0.1
        return x + self.draw.choice((-1, 1)) * self.draw.randint(1, 9) * digit


# ------------------------------------------------------------------------------------------- counting
def answers(count, careless=False):
    """Yield (mistake, typed, blank) for what learners answer to `count` worksheets; an accident has the mistake ""."""
    for n, sheet in enumerate(sheets(count)):
        draw = random.Random(n)
        learner = Learner(sheet, draw)
        for own in ("",) if careless else MISTAKES:
            for key, blank in zip(sheet.sheet.blanks, sheet.blanks, strict=True):
                mistake = draw.choice(MISTAKES) if careless else own
                if draw.random() < 0.1:
                    yield "", written(learner.accident(key)), blank
                elif (x := learner.wrong(key, mistake)) is not None:
                    yield mistake, written(x), blank


def counted(given):
    """Return {mistake: (precision, recall, share of those found that were named alone, how often it was made)}."""
    true, false, missed, alone = Counter(), Counter(), Counter(), Counter()
    for mistake, typed, blank in given:
        if blank.is_right(typed):
            continue  # the mistake made no difference here
        named = blank.mistakes(typed)
        if mistake in named:
            true[mistake] += 1
            alone[mistake] += len(named) == 1
        else:
            missed[mistake] += 1
            false.update(named)
    return {
        m: (true[m] / (true[m] + false[m]), true[m] / (made := true[m] + missed[m]), alone[m] / true[m], made)
        for m in MISTAKES
    }


def main():
    for careless in (False, True):
        print(f"{'careless' if careless else 'consistent'} learners, on 200 worksheets")
        for mistake, (precision, recall, alone, made) in counted(answers(200, careless)).items():
            rates = f"precision {precision:6.1%}  recall {recall:6.1%}  named alone {alone:6.1%}"
            print(f"  {mistake:<17} {rates}  of {made}")


if __name__ == "__main__":
    main()
