"""Make the golden files of this folder with PyTorch (CPU, float64); nothing but PyTorch is needed.

    python tests/support/golden/make_golden.py

Each file carries PyTorch's version.  The tests compare with the files and need no PyTorch.
"""

import json
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

HERE = Path(__file__).parent
torch.set_default_dtype(torch.float64)

ACTIVATIONS = {
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "gelu_tanh": lambda x: functional.gelu(x, approximate="tanh"),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "softplus": functional.softplus,
}


def lists(x):
    return x.detach().tolist()


def gradients(module):
    return {name: lists(p.grad) for name, p in module.named_parameters()}


def parameters(module):
    return {name: lists(p) for name, p in module.named_parameters()}


def networks():
    """2-4-3 networks, one per activation: the (z, a) of each layer, δ = ∂loss/∂z, and all gradients."""
    cases = {}
    for name, activation in ACTIVATIONS.items():
        torch.manual_seed(len(cases))
        first, second = nn.Linear(2, 4), nn.Linear(4, 3)
        x, y = torch.randn(3, 2, requires_grad=True), torch.randn(3, 3)
        z1 = first(x)
        a1 = activation(z1)
        z2 = second(a1)
        for z in (z1, a1, z2):
            z.retain_grad()
        loss = functional.mse_loss(z2, y)
        loss.backward()
        cases[name] = {
            "first": parameters(first), "second": parameters(second), "x": lists(x), "y": lists(y),
            "z": [lists(z1), lists(z2)], "a": [lists(a1), lists(z2)], "loss": loss.item(),
            "delta": [lists(z1.grad), lists(z2.grad)], "x_gradient": lists(x.grad),
            "gradients": [gradients(first), gradients(second)],
        }  # fmt: skip
    return cases


def losses():
    """Each loss on ordinary and on extreme inputs: its value and its gradient."""
    torch.manual_seed(1)
    ordinary = torch.randn(6) * 3
    rows = torch.randn(4, 3) * 2
    binary = torch.tensor([0.0, 1.0, 1.0, 0.0, 0.25, 1.0])
    signs = torch.tensor([-1.0, 1.0, 1.0, -1.0, -1.0, 1.0])
    extreme = torch.tensor([1e3, 1e3, -1e3, -1e3, -50.0, 50.0])
    probabilities = torch.softmax(torch.randn(4, 3), 1)
    classes = torch.tensor([0, 2, 1, 2])
    huge = torch.tensor([[1000.0, 0.0], [-1000.0, -1000.0], [0.0, 1000.0], [30.0, -30.0]])
    cases = [
        ("mean_squared_error", functional.mse_loss, ordinary, torch.randn(6)),
        ("mean_squared_error", functional.mse_loss, rows, torch.randn(4, 3)),
        ("binary_cross_entropy", functional.binary_cross_entropy, torch.sigmoid(ordinary), binary),
        ("binary_cross_entropy_with_logits", functional.binary_cross_entropy_with_logits, ordinary, binary),
        ("binary_cross_entropy_with_logits", functional.binary_cross_entropy_with_logits, extreme, binary),
        ("hinge", lambda s, y: torch.clamp(1 - y * s, min=0).mean(), ordinary, signs),
        ("softmax_cross_entropy", functional.cross_entropy, rows, classes),
        ("softmax_cross_entropy", functional.cross_entropy, rows, probabilities),
        ("softmax_cross_entropy", functional.cross_entropy, huge, torch.tensor([1, 0, 1, 1])),
    ]
    made = []
    for name, function, inputs, targets in cases:
        inputs = inputs.clone().requires_grad_()
        loss = function(inputs, targets)
        loss.backward()
        made.append({
            "loss": name, "inputs": lists(inputs), "targets": lists(targets),
            "value": loss.item(), "gradient": lists(inputs.grad),
        })  # fmt: skip
    return made


def batch_norm():
    """Three batches of different lengths in training, then one in use."""
    torch.manual_seed(2)
    layer = nn.BatchNorm1d(3)
    with torch.no_grad():
        layer.weight.uniform_(0.5, 2.0)
        layer.bias.normal_()
    made = {"parameters": parameters(layer), "batches": []}
    for rows in (4, 2, 7, 5):
        layer.zero_grad()
        layer.train(rows != 5)
        x = (torch.randn(rows, 3) * 2 + 1).requires_grad_()
        y = torch.randn(rows, 3)
        out = layer(x)
        loss = functional.mse_loss(out, y)
        loss.backward()
        made["batches"].append({
            "x": lists(x), "y": lists(y), "output": lists(out), "training": layer.training, "x_gradient": lists(x.grad),
            "gradients": gradients(layer), "mean": lists(layer.running_mean), "variance": lists(layer.running_var),
        })  # fmt: skip
    return made


def embedding():
    """A row that is looked up twice gets both gradients."""
    torch.manual_seed(3)
    layer = nn.Embedding(4, 2)
    y = torch.randn(3, 2)
    loss = functional.mse_loss(layer(torch.tensor([1, 3, 1])), y)
    loss.backward()
    return {"rows": lists(layer.weight), "y": lists(y), "indices": [1, 3, 1], "loss": loss.item(),
            "gradient": lists(layer.weight.grad)}  # fmt: skip


def recurrent():
    """RNN, LSTM and GRU over 6 steps, whole and with the state detached at step 3."""
    cases = []
    for kind in (nn.RNN, nn.LSTM, nn.GRU):
        for truncate in (None, 3):
            torch.manual_seed(4)
            net = kind(2, 3)
            x, y = torch.randn(6, 2, requires_grad=True), torch.randn(6, 3)
            state = torch.randn(1, 3)
            state = (state, torch.randn(1, 3)) if kind is nn.LSTM else state
            first = [lists(s[0]) for s in state] if kind is nn.LSTM else lists(state[0])
            if truncate is None:
                outputs, state = net(x, state)
            else:
                before, state = net(x[:truncate], state)
                state = tuple(s.detach() for s in state) if kind is nn.LSTM else state.detach()
                after, state = net(x[truncate:], state)
                outputs = torch.cat([before, after])
            loss = functional.mse_loss(outputs, y)
            loss.backward()
            cases.append({
                "kind": kind.__name__, "truncate": truncate, "parameters": parameters(net), "x": lists(x),
                "y": lists(y), "state": first, "outputs": lists(outputs), "loss": loss.item(),
                "x_gradient": lists(x.grad), "gradients": gradients(net),
            })  # fmt: skip
    return cases


class Residual(nn.Module):
    def __init__(self, block):
        super().__init__()
        self.block = block

    def forward(self, x):
        return self.block(x) + x


def training():
    """50 steps of plain gradient descent at rate 0.1: each loss, and all parameters at the end."""
    torch.manual_seed(5)
    x = torch.randn(8, 2)
    binary = (x[:, :1] * x[:, 1:] > 0).double()
    classes = binary[:, 0].long() + (x[:, 0] > 1).long()
    nets = {
        "mlp": (nn.Sequential(nn.Linear(2, 5), nn.ReLU(), nn.Linear(5, 1)),
                lambda out: functional.binary_cross_entropy_with_logits(out, binary)),
        "batch_norm": (nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.Tanh(), nn.Linear(4, 3)),
                       lambda out: functional.cross_entropy(out, classes)),
        "residual": (nn.Sequential(nn.Linear(2, 3), nn.Tanh(), Residual(nn.Sequential(nn.Linear(3, 3), nn.GELU())),
                                   nn.Linear(3, 1)),
                     lambda out: functional.mse_loss(out, binary)),
    }  # fmt: skip
    made = {"x": lists(x), "binary": lists(binary[:, 0]), "classes": lists(classes), "nets": {}}
    for name, (net, loss_of) in nets.items():
        case = {"start": parameters(net), "losses": []}
        for _ in range(50):
            net.zero_grad()
            loss = loss_of(net(x))
            loss.backward()
            case["losses"].append(loss.item())
            with torch.no_grad():
                for p in net.parameters():
                    p -= 0.1 * p.grad
        case["end"] = parameters(net)
        made["nets"][name] = case
    return made


if __name__ == "__main__":
    made = {
        "layers": {"networks": networks(), "batch_norm": batch_norm(), "embedding": embedding()},
        "losses": {"cases": losses()},
        "recurrent": {"cases": recurrent()},
        "training": training(),
    }
    for name, content in made.items():
        path = HERE / f"{name}.json"
        path.write_text(json.dumps({"torch": torch.__version__, **content}) + "\n")
        print(path.name, path.stat().st_size, "bytes")
