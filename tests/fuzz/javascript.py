"""JavaScript beside recorded runs: random programs in node, which stays open for all of them."""

import atexit
import json
import math
import random
import subprocess
from functools import cache

import numpy as np

from autograd import Value
from autograd.compile import emit
from autograd.compile.backends.javascript import source as javascript
from tests.fuzz.against import EQUAL, NOT_FINITE, ON_AN_EDGE, Differs, certificate_names_branches
from tests.fuzz.random_programs import Drawn, assert_same, random_graph, recorded
from tests.fuzz.shrinking import Lines
from tests.support.web import node

READ = """require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const { script, theta, given } = JSON.parse(line, (_, x) => (typeof x === "string" && x.length < 9 ? Number(x) : x));
  const PROGRAMS = new Function(script + "; return PROGRAMS;")();
  const gradient = new Float64Array(theta.length), arrays = given.map((x) => Float64Array.from(x));
  const run = PROGRAMS.program(Float64Array.from(theta), gradient);
  const value = run.forward(...arrays);
  run.backward(...arrays);
  console.log(JSON.stringify([value, ...gradient].map(String)));
});"""


@cache
def process():
    """Return a node that answers programs with their numbers."""
    found = subprocess.Popen([node(), "-e", READ], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(found.kill)
    return found


def in_node(seed):
    """Compare the program of a seed in JavaScript with its recorded run; returns what it came to, or raises Differs."""
    if seed % 2:
        drawn = Drawn(seed)
        parameters, arguments = drawn.parameters, [drawn.x, drawn.index]
        shapes, function = [np.shape(x) for x in arguments], drawn.function
        root = function([[Value(a) for a in row] for row in drawn.x], drawn.index)
    else:
        root, parameters = Lines(random_graph(random.Random(seed))[0]).built()
        lines, arguments, shapes = Lines(root), [], []
        parameters = [n for n in lines.nodes if n.is_leaf]
        function = lambda: lines.run(parameters)  # noqa: E731
    truth = recorded(root, parameters)
    if not math.isfinite(truth[0]):
        return NOT_FINITE
    program = emit(function, shapes, parameters, [f"x{k}" for k in range(len(shapes))])
    known = [*arguments, [x.data for x in program.others]]
    asked = {
        "script": javascript.script("PROGRAMS", {"program": program.source}),
        "theta": [str(p.data) for p in program.parameters],
        "given": [[str(float(x)) for x in np.ravel(known[k])] for k in program.arguments],
    }
    process().stdin.write(json.dumps(asked).replace('"inf"', '"Infinity"').replace('"-inf"', '"-Infinity"') + "\n")
    process().stdin.flush()
    value, *slopes = [float(x.replace("Infinity", "inf")) for x in json.loads(process().stdout.readline())]
    place = {id(p): k for k, p in enumerate(program.parameters)}
    gradient = np.array([slopes[place[id(p)]] if id(p) in place else 0.0 for p in parameters])
    try:
        assert_same((value, gradient), truth, "javascript")
    except AssertionError as error:
        if certificate_names_branches(root):
            return ON_AN_EDGE
        raise Differs(" ".join(str(error).split()), root, parameters) from error
    return EQUAL
