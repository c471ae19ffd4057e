"""The ten trainings as emitted JavaScript: the loss, its gradients and the optimizer's rule.

Each runs a hundred times over, so that code that the engine has optimized by then has to give the same bits.
"""

import json
import struct
from functools import cache

from autograd.compile import emit
from autograd.compile.backends.javascript import Emitted, emit_update, script
from tests.nn.digests.trainings import ROWS, STEPS, TARGETS, TRAININGS, begun
from tests.support.web import run

SHAPES = [(len(ROWS), len(ROWS[0])), (len(TARGETS),)]
TRAIN = """(part) => {
  const theta = Float64Array.from(part.theta), gradient = new Float64Array(theta.length), found = [];
  const memories = part.memories.map(() => new Float64Array(theta.length));
  const given = part.given.map((numbers) => Float64Array.from(numbers));
  const { forward, backward } = part.program(theta, gradient);
  for (let step = 1; step <= part.steps; step++) {
    found.push(forward(...given));
    backward(...given);
    found.push(...part.places.map((k) => gradient[k]));
    part.update(theta, gradient, memories, part.rate, step, part.used);
  }
  return found.concat(part.places.map((k) => theta[k]));
}"""
BITS = """(numbers) => [...new BigUint64Array(Float64Array.from(numbers).buffer)]
  .map((x) => x.toString(16).padStart(16, "0")).join("")"""
TRAINED = """Object.values(DIGESTED).map((part) => {
  const first = bits(train(part));
  for (let k = 0; k < 100; k++) if (bits(train(part)) !== first) throw new Error(`run ${k} has other bits`);
  return first;
})"""


def parts(training):
    """Return a training as what `TRAIN` reads, each entry in JavaScript, and the operations that it needs."""
    model, rule, loss = training()
    parameters = begun(model).parameters()
    optimizer = rule(parameters)
    program = emit(loss, SHAPES, parameters, ["x", "y"])
    update = emit_update(optimizer)
    place = {id(p): k for k, p in enumerate(program.parameters)}
    known = [[x for row in ROWS for x in row], TARGETS, [x.data for x in program.others]]
    entries = {
        "program": program.source.text,
        "update": update.text,
        "theta": [p.data for p in program.parameters],
        "places": [place[id(p)] for p in parameters],
        "given": [known[k] for k in program.arguments],
        "memories": optimizer.state_names,
        "rate": optimizer.learning_rate,
        "steps": STEPS,
        "used": program.used,
    }
    text = ", ".join(f"{k}: {x if isinstance(x, str) else json.dumps(x)}" for k, x in entries.items())
    return Emitted(f"{{ {text} }}", program.source.needs | update.needs)


@cache
def trainings():
    """Return the source that defines all trainings."""
    return script("DIGESTED", {t.__name__: parts(t) for t in TRAININGS})


def asked(source, expression):
    """Return a function in JavaScript that has the source and returns what an expression is worth."""
    return f"() => {{ {source}\nconst bits = {BITS};\nreturn {expression}; }}"


def answered(function, tab=None):
    """Return the lists of numbers that a function returns as bits, in a tab of a browser or in node."""
    found = tab.evaluate(function) if tab else run("", f"({function})()")
    return [list(struct.unpack(f">{len(bits) // 16}d", bytes.fromhex(bits))) for bits in found]


def numbers(tab=None):
    """Return {name of a training: all its losses, gradients and weights}, as a tab of a browser has them, or node."""
    source = f"{trainings()}\nconst train = {TRAIN};"
    names = [training.__name__ for training in TRAININGS]
    return dict(zip(names, answered(asked(source, TRAINED), tab), strict=True))
