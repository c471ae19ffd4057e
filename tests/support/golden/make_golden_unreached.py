"""Write unreached.json: what PyTorch makes of parameters that a step does not reach.  Needs PyTorch; the tests do not.

    python tests/support/golden/make_golden_unreached.py

A parameter that the graph could reach (a branch not taken, a row not looked up) has gradient 0, so that memories and
decay move it; one that the loss never touches has none, and stays.
"""

import json
from pathlib import Path

import torch
from torch.nn import functional

torch.set_default_dtype(torch.float64)
INPUTS = [1.0, -0.5, 2.0, 0.25, 1.0, -1.5, 0.5, 1.25]
WORDS = [1, 3, 1, 0, 0, 3, 1, 1]
TABLE = [[0.9, -0.4], [0.2, 0.7], [-1.1, 0.3], [0.5, 0.5]]
OPTIMIZERS = {
    "SGD momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),
    "SGD Nesterov": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
    "RMSProp momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.8),
    "Adam": lambda p: torch.optim.Adam(p, lr=0.05),
    "AdamW": lambda p: torch.optim.AdamW(p, lr=0.05, weight_decay=0.1),
}
FUNCTIONS = {  # of x, a, b; c is only read, d never
    "a branch": lambda x, a, b, c, d: torch.where(x > 0.0, a * x, b * x) ** 2,
    "a condition": lambda x, a, b, c, d: torch.where(c > x, a * x, b) ** 2,
    "detached": lambda x, a, b, c, d: (a * x - b + c.detach()) ** 2,
    "times nothing": lambda x, a, b, c, d: (a * x) ** 2 + 0.0 * b + c - c,
}


def scalars(function, make):
    """Four scalars after each step on one input."""
    parameters = [torch.tensor(k, requires_grad=True) for k in (0.8, -0.6, 0.4, 0.2)]
    optimizer, found = make(parameters), []
    for x in INPUTS:
        optimizer.zero_grad()
        function(torch.tensor(x), *parameters).backward()
        optimizer.step()
        found.append([p.item() for p in parameters])
    return found


def embedding(make):
    """A table of which one row is looked up at each step, beside one that is never used."""
    table, other = torch.tensor(TABLE, requires_grad=True), torch.tensor([0.5, -0.5], requires_grad=True)
    optimizer, found = make([table, other]), []
    for word in WORDS:
        optimizer.zero_grad()
        row = functional.embedding(torch.tensor([word]), table)[0]
        ((row[0] - 1.0) ** 2 + row[0] * row[1]).backward()
        optimizer.step()
        found.append([*table.flatten().tolist(), *other.tolist()])
    return found


def main():
    found = {
        "torch": torch.__version__,
        "inputs": INPUTS,
        "words": WORDS,
        "table": TABLE,
        "scalars": {name: {k: scalars(f, make) for k, make in OPTIMIZERS.items()} for name, f in FUNCTIONS.items()},
        "embedding": {k: embedding(make) for k, make in OPTIMIZERS.items()},
    }
    Path(__file__).with_name("unreached.json").write_text(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
