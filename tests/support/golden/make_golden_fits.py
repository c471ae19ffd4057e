"""Make `fits.json`: whole trainings of 50 steps by PyTorch (CPU, float64), with optimizer, schedule and clipping.

    python tests/support/golden/make_golden_fits.py

Each case has the loss of every step, and all parameters after every tenth.  PyTorch's recurrent layers have a second
bias beside the first; where ours have one, the second stays 0, since two that move together move twice as far.
"""

import json
from pathlib import Path

import torch
from make_golden import Residual
from torch import nn
from torch.nn import functional
from torch.optim import lr_scheduler as schedules

torch.set_default_dtype(torch.float64)
STEPS = 50


class Recurrent(nn.Module):
    """The state after the last step, through a linear layer; with `truncate`, no gradient passes step `truncate`."""

    def __init__(self, kind, outputs, truncate=None, words=None):
        super().__init__()
        self.words = nn.Embedding(words, 2) if words else None
        self.net = kind(2, 3, batch_first=True)
        self.head = nn.Linear(3, outputs)
        self.truncate = truncate
        second = self.net.bias_hh_l0
        with torch.no_grad():
            second.zero_()
        if kind is nn.GRU:  # its candidate has two biases with us too
            own = torch.cat([torch.zeros(6), torch.ones(3)])
            second.register_hook(lambda gradient: gradient * own)
        else:
            second.requires_grad_(False)

    def forward(self, x):
        x = self.words(x) if self.words else x
        if self.truncate is None:
            return self.head(self.net(x)[0][:, -1])
        _, state = self.net(x[:, : self.truncate])
        return self.head(self.net(x[:, self.truncate :], state.detach())[0][:, -1])


def by_norm(limit):
    """Scale gradients down to that norm; clip_grad_norm_ adds 1e-6 to the norm, which shows at 1e-12."""

    def clip(parameters):
        gradients = [p.grad for p in parameters if p.grad is not None]
        norm = torch.linalg.vector_norm(torch.cat([g.flatten() for g in gradients]))
        for g in gradients:
            g *= min(1.0, limit / norm.item())

    return clip


def by_value(limit):
    return lambda parameters: nn.utils.clip_grad_value_(parameters, limit)


def cases():
    """Yield name, network, loss, optimizer, its scheduler, clipping, inputs, targets and rows a step."""
    torch.manual_seed(7)
    optim = torch.optim
    rows, classes = torch.randn(9, 2), torch.randint(3, (9,))
    signs, shares = (torch.sign(torch.randn(9, 1)), torch.rand(9, 1))
    sequences, words = torch.randn(5, 6, 2), torch.randint(4, (5, 6))
    one_hot = functional.one_hot(classes, 3).double()

    net = Recurrent(nn.LSTM, 3, words=4)
    adam = optim.Adam(net.parameters(), lr=0.05)
    warm = schedules.LinearLR(adam, start_factor=0.1, total_iters=10)
    cosine = schedules.CosineAnnealingLR(adam, T_max=40)
    sequence = schedules.SequentialLR(adam, [warm, cosine], milestones=[10])
    yield "lstm", net, functional.cross_entropy, adam, sequence, by_norm(0.3), words, classes[:5], 5

    net = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 3))
    sgd = optim.SGD(net.parameters(), lr=0.1, momentum=0.9, nesterov=True)
    steps = schedules.StepLR(sgd, step_size=15, gamma=0.5)
    yield "batch_norm", net, functional.cross_entropy, sgd, steps, by_value(0.05), rows, classes, 5

    net = Recurrent(nn.GRU, 1)
    rms = optim.RMSprop(net.parameters(), lr=0.01, alpha=0.9, momentum=0.5)
    falling = schedules.ExponentialLR(rms, gamma=0.98)
    yield "gru", net, functional.mse_loss, rms, falling, None, sequences, shares[:5], 5

    net = Recurrent(nn.RNN, 1, truncate=3)
    yield "rnn", net, functional.mse_loss, optim.Adagrad(net.parameters(), lr=0.1), None, None, sequences, shares[:5], 5

    block = nn.Sequential(nn.Linear(4, 4), nn.GELU())
    net = nn.Sequential(nn.Linear(2, 4), nn.Tanh(), Residual(block), nn.Linear(4, 1))
    adamw = optim.AdamW(net.parameters(), lr=0.02, weight_decay=0.1)
    cosine = schedules.CosineAnnealingLR(adamw, T_max=50, eta_min=0.002)
    yield "residual", net, hinge, adamw, cosine, None, rows, signs, 5

    net = nn.Sequential(nn.Linear(2, 4), nn.SiLU(), nn.Linear(4, 1), nn.Sigmoid())
    sgd = optim.SGD(net.parameters(), lr=0.3, momentum=0.9)
    warm = schedules.LinearLR(sgd, start_factor=0.25, total_iters=20)
    yield "probabilities", net, functional.binary_cross_entropy, sgd, warm, None, rows, shares, 9

    net = nn.Sequential(nn.Linear(2, 4), nn.ELU(), nn.Linear(4, 3), nn.Softmax(dim=1))
    adam = optim.Adam(net.parameters(), lr=0.05, betas=(0.8, 0.99), eps=1e-4)
    yield "softmax", net, functional.mse_loss, adam, None, None, rows, one_hot, 9

    net = nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(0.01), nn.Linear(4, 1))
    logits = functional.binary_cross_entropy_with_logits
    yield "logits", net, logits, optim.SGD(net.parameters(), lr=0.5), None, None, rows[:5], shares[:5], 1


def hinge(scores, signs):
    return torch.clamp(1 - signs * scores, min=0).mean()


def parameters(net):
    """Return what trains; of a GRU's second bias that is the candidate's third."""
    trained = [(name, p.detach().tolist()) for name, p in net.named_parameters() if p.requires_grad]
    return {name: numbers[6:] if name == "net.bias_hh_l0" else numbers for name, numbers in trained}


def trained(net, loss_of, optimizer, scheduler, clip, inputs, targets, size):
    start, losses, after, step = parameters(net), [], [], 0
    while step < STEPS:
        for first in range(0, len(inputs), size):
            optimizer.zero_grad()
            loss = loss_of(net(inputs[first : first + size]), targets[first : first + size])
            loss.backward()
            if clip:
                clip(list(net.parameters()))
            optimizer.step()
            if scheduler:
                scheduler.step()
            losses.append(loss.item())
            step += 1
            if step % 10 == 0:
                after.append(parameters(net))
    assert step == STEPS, "an epoch's steps divide 50"
    return {"start": start, "losses": losses, "after": after, "inputs": inputs.tolist(), "targets": targets.tolist(),
            "rows": size}  # fmt: skip


if __name__ == "__main__":
    made = {name: trained(*case) for name, *case in cases()}
    path = Path(__file__).with_name("fits.json")
    path.write_text(json.dumps({"torch": torch.__version__, "cases": made}) + "\n")
    print(path.name, path.stat().st_size, "bytes")
