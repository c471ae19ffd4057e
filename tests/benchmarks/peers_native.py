"""The compiled backends that fuse whole training runs, as peers of the side-by-side bench: native code and JAX.

The network is this library's own MLP written in scalars; `run(n)` makes n steps of the compiled training in one call.
"""

import os
import sys
from pathlib import Path
from typing import ClassVar

import numpy as np
from base import Peer, register  # the bench puts its own folder on the path

ROOT = str(Path(__file__).resolve().parents[2])
ONE_CORE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@register
class ChainruleNative(Peer):
    """fused loops through LLVM, steps in one call, nothing cached between runs"""

    name, kind, compiled, backend = "chainrule-native", "compiled", True, "native"
    tasks = ("T1", "T2", "T3", "T4", "T5")
    env: ClassVar = {**ONE_CORE, "CHAINRULE_CACHE": "off"}

    def load(self):
        if ROOT not in sys.path:
            sys.path.insert(0, ROOT)
        import autograd
        import nn
        from autograd.compile import compile_training

        if self.backend == "native":  # loading is not compiling
            import llvmlite.binding  # noqa: F401

            import autograd.compile.backends.native
        self.autograd, self.nn, self.compile_training = autograd, nn, compile_training
        return f"{self.backend}, {os.environ.get('CHAINRULE_CACHE', 'cached')}"

    def setup(self, task):
        nn = self.nn
        self.task = task
        self.targets = task.Y.ravel()
        self.model = nn.MLP(task.sizes[0], list(task.sizes[1:]), activation=task.act)
        self.parameters = self.model.parameters()
        self.flat = list(self.in_the_bench_order())
        self.optimizer = self.optimizer_of(self.parameters)
        self.training = self.compile_training(self.loss, self.parameters, self.optimizer, self.backend)
        self.run(1)
        self.reset()

    def loss(self, x, y):
        task, nn = self.task, self.nn
        scores = [self.model(row) for row in x]
        of = {"bce": nn.binary_cross_entropy_with_logits, "hinge": nn.hinge, "softmax": nn.softmax_cross_entropy}
        loss = of[task.loss](scores, y)
        if task.l2:
            loss = loss + task.l2 * self.autograd.dot(self.parameters, self.parameters)
        return loss

    def in_the_bench_order(self):
        """The parameters layer by layer: the weights by input, then the biases."""
        for layer in self.model.layers:
            for weights in zip(*(neuron.weights for neuron in layer.neurons), strict=True):
                yield from weights
            yield from (neuron.bias for neuron in layer.neurons)

    def optimizer_of(self, parameters):
        make = self.nn.SGD if self.task.opt == "sgd" else self.nn.Adam
        return make(parameters, learning_rate=self.task.lr)

    def reset(self):
        for parameter, x in zip(self.flat, self.task.p0.tolist(), strict=True):
            parameter.data = x
        for memory in self.optimizer.state.values():
            memory[:] = [0.0] * len(memory)
        self.optimizer.step_count = 0
        self.training.sync()

    def grad(self):
        self.reset()
        step = self.autograd.compile(self.loss, self.parameters, self.backend)
        loss, gradient = step.value_and_gradient(self.task.X, self.targets)
        place = {id(p): k for k, p in enumerate(self.parameters)}
        return loss, gradient[[place[id(p)] for p in self.flat]]

    def run(self, n):
        return float(self.training(self.task.X, self.targets, steps=n)[-1])

    def params(self):
        self.training.write_back()
        return np.array([p.data for p in self.flat])

    # ------------------------------------------------------------------------ a graph without structure
    def dag_build(self, dag):
        value, tanh = self.autograd.Value, self.autograd.tanh
        nodes = [value(x) for x in dag.leaves]
        for operation, i, j in zip(dag.op, dag.a, dag.b, strict=True):
            x = nodes[i]
            nodes.append(x + nodes[j] if operation == 0 else x * nodes[j] if operation == 1 else tanh(x))
        return {"leaves": nodes[: len(dag.leaves)], "root": nodes[-1]}

    def dag_compile(self, state):
        state["step"] = self.autograd.compile_graph(state["root"], parameters=state["leaves"], backend=self.backend)
        state["step"].value_and_gradient()

    def dag_backward(self, state):
        loss, gradient = state["step"].value_and_gradient()
        return loss, gradient.tolist()


@register
class ChainruleJax(ChainruleNative):
    """the same program spelled in jax.numpy, steps in one fori_loop"""

    name, backend, tasks = "chainrule-jax", "jax", ("T1", "T2", "T3", "T4")
    env: ClassVar = {**ONE_CORE, "JAX_PLATFORMS": "cpu"}
