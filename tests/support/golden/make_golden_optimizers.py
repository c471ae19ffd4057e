"""Write optimizers.json: where PyTorch's optimizers and schedulers lead in 50 steps.  Needs PyTorch; the tests do not.

Run it from the project's root: `python tests/support/golden/make_golden_optimizers.py`.
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


def schedules():
    """What their schedulers make of the rate 1 in 50 steps."""
    theirs = torch.optim.lr_scheduler
    makers = {
        "WarmUp(20, start=0.25)": lambda o: theirs.LinearLR(o, start_factor=0.25, total_iters=20),
        "StepDecay(7, factor=0.5)": lambda o: theirs.StepLR(o, step_size=7, gamma=0.5),
        "Exponential(0.9)": lambda o: theirs.ExponentialLR(o, gamma=0.9),
        "Cosine(50, final=0.1)": lambda o: theirs.CosineAnnealingLR(o, T_max=50, eta_min=0.1),
        "WarmUp(10, start=0.1, then=Cosine(40))": lambda o: theirs.SequentialLR(
            o,
            [theirs.LinearLR(o, start_factor=0.1, total_iters=10), theirs.CosineAnnealingLR(o, T_max=40)],
            milestones=[10],
        ),
    }
    found = {}
    for name, make in makers.items():
        optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=1.0)
        scheduler = make(optimizer)
        found[name] = []
        for _ in range(STEPS):
            found[name].append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
    return found


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
    golden = {"made_with": f"torch {torch.__version__}", "start": START, "runs": runs, "schedules": schedules()}
    Path(__file__).with_name("optimizers.json").write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
