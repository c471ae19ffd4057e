"""The recorded engine as two peers of the side-by-side bench: plain scalars, and this library's own layers.

`chainrule` runs the network that the bench writes out in + and × for every scalar engine;
`chainrule-layers` runs the same numbers through `nn.MLP`, this library's losses and optimizers.
"""

import sys
from pathlib import Path

import numpy as np
from base import Peer, ScalarPeer, register  # the bench puts its own folder on the path

ROOT = str(Path(__file__).resolve().parents[2])


def use_this_project() -> str:
    """Put this project first on the path, before any other package called `autograd`; return its version."""
    if ROOT not in sys.path:
        sys.path.insert(0, ROOT)
    return "recorded"


@register
class Chainrule(ScalarPeer):
    """plain scalars: +, × and methods, as one writes with micrograd"""

    name = "chainrule"

    def load(self):
        version = use_this_project()
        from autograd import Value

        self.Value = Value
        self.tanh, self.exp, self.log, self.relu = Value.tanh, Value.exp, Value.log, Value.relu
        return version

    def param(self, x):
        return self.Value(x)

    def const(self, x):
        return self.Value(x)

    def gradient(self, f):
        for p in self.P:
            p.clear_grad()
        out = f()
        out.backward()
        return out.data, [p.grad for p in self.P]

    def write(self, i, x):
        self.P[i].data = x

    def dag_build(self, dag):
        return self.dag_nodes(dag, [self.Value(x) for x in dag.leaves]), len(dag.leaves)

    def dag_backward(self, state):
        nodes, leaves = state
        for x in nodes[:leaves]:
            x.clear_grad()
        nodes[-1].backward()
        return nodes[-1].data, [x.grad for x in nodes[:leaves]]

    def chain_build(self, n):
        x = self.Value(0.5)
        return x, self.chain_nodes(x, n)

    def chain_backward(self, state):
        x, y = state
        y.backward()
        return y.data, x.grad


@register
class ChainruleLayers(Peer):
    """nn.MLP with this library's losses and optimizers"""

    name = "chainrule-layers"
    tasks = ("T1", "T2", "T3", "T4")

    def load(self):
        version = use_this_project()
        import autograd
        import nn

        self.autograd, self.nn = autograd, nn
        return version

    def setup(self, task):
        nn = self.nn
        self.task = task
        self.rows = task.X.tolist()
        self.targets = task.Y.ravel().tolist()
        self.model = nn.MLP(task.sizes[0], list(task.sizes[1:]), activation=task.act)
        self.loss = {
            "bce": nn.binary_cross_entropy_with_logits,
            "hinge": nn.hinge,
            "softmax": nn.softmax_cross_entropy,
        }[task.loss]
        self.reset()

    def flat(self):
        """The parameters in the bench's order: layer by layer the weights by input, then the biases."""
        for layer in self.model.layers:
            for weights in zip(*(neuron.weights for neuron in layer.neurons), strict=True):
                yield from weights
            yield from (neuron.bias for neuron in layer.neurons)

    def reset(self):
        nn, task = self.nn, self.task
        for parameter, x in zip(self.flat(), task.p0.tolist(), strict=True):
            parameter.data = x
        self.parameters = parameters = self.model.parameters()
        make = nn.SGD if task.opt == "sgd" else nn.Adam
        self.optimizer = make(parameters, learning_rate=task.lr)

    def step(self):
        task = self.task
        self.optimizer.zero_grad()
        loss = self.loss([self.model(row) for row in self.rows], self.targets)
        if task.l2:
            loss = loss + task.l2 * self.autograd.dot(self.parameters, self.parameters)
        loss.backward()
        return loss.data

    def grad(self):
        self.reset()
        loss = self.step()
        return loss, np.array([p.grad for p in self.flat()])

    def run(self, n):
        for _ in range(n):
            loss = self.step()
            self.optimizer.step()
        return loss

    def params(self):
        return np.array([p.data for p in self.flat()])
