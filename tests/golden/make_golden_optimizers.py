"""Write optimizers.json: where PyTorch's optimisers lead in 50 steps.  Needs PyTorch; the tests do not.

Run it from the project's root: `python tests/golden/make_golden_optimizers.py`.
"""

import json
from pathlib import Path

import torch

START = [0.9, -1.3, 0.4]
STEPS = 50
CASES = [
    ("SGD", {"learning_rate": 0.05}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9}),
    ("SGD", {"learning_rate": 0.05, "momentum": 0.9, "nesterov": True}),
    ("AdaGrad", {"learning_rate": 0.3}),
    ("RMSProp", {"learning_rate": 0.01}),
    ("RMSProp", {"learning_rate": 0.01, "decay": 0.9, "momentum": 0.8}),
    ("Adam", {"learning_rate": 0.05}),
    ("Adam", {"learning_rate": 0.05, "beta1": 0.8, "beta2": 0.99, "epsilon": 0.01}),
    ("AdamW", {"learning_rate": 0.05, "weight_decay": 0.1}),
]
THEIR_NAMES = {"learning_rate": "lr", "decay": "alpha", "epsilon": "eps"}


def loss(p):
    """A surface with a valley, a ripple and a saddle, written for any kind of number."""
    x, y, z = p
    return 3.0 * (x * x) + 0.5 * (x * y) + 0.1 * (y * y) * (y * y) + (z * x).tanh() - 0.2 * (y * z)


def main():
    runs = []
    for name, settings in CASES:
        parameters = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in START]
        theirs = {THEIR_NAMES.get(k, k): v for k, v in settings.items() if not k.startswith("beta")}
        if "beta1" in settings:
            theirs["betas"] = (settings["beta1"], settings["beta2"])
        kind = {"AdaGrad": "Adagrad", "RMSProp": "RMSprop"}.get(name, name)
        optimizer = getattr(torch.optim, kind)(parameters, **theirs)
        path = []
        for _ in range(STEPS):
            optimizer.zero_grad()
            loss(parameters).backward()
            optimizer.step()
            path.append([p.item() for p in parameters])
        runs.append({"optimizer": name, "settings": settings, "path": path})
    golden = {"made_with": f"torch {torch.__version__}", "start": START, "runs": runs}
    Path(__file__).with_name("optimizers.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
