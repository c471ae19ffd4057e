"""A right engine, written as a student might who knew all of it; the tests plant faults in its text."""

import math


def wrapped(x):
    return x if isinstance(x, Value) else Value(x)


class Value:
    def __init__(self, data, parents=(), send=None, numbers=()):
        self.data, self.grad = data, 0.0
        self.parents, self.send, self.numbers = parents, send, numbers

    def backward(self):
        order, seen, stack = [], set(), [(self, False)]
        while stack:
            node, ready = stack.pop()
            if ready:
                order.append(node)
            elif node not in seen:
                seen.add(node)
                stack.append((node, True))
                stack.extend((parent, False) for parent in node.parents)
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad = 1.0
        for node in reversed(order):
            if node.send:
                getattr(node, node.send)()

    def __add__(self, other):
        other = wrapped(other)
        return Value(self.data + other.data, (self, other), "send_add")

    def send_add(self):
        a, b = self.parents
        a.grad += self.grad
        b.grad += self.grad

    def __sub__(self, other):
        other = wrapped(other)
        return Value(self.data - other.data, (self, other), "send_sub")

    def send_sub(self):
        a, b = self.parents
        a.grad += self.grad
        b.grad -= self.grad

    def __mul__(self, other):
        other = wrapped(other)
        return Value(self.data * other.data, (self, other), "send_mul", (self.data, other.data))

    def send_mul(self):
        (a, b), (x, y) = self.parents, self.numbers
        a.grad += y * self.grad
        b.grad += x * self.grad

    def __truediv__(self, other):
        other = wrapped(other)
        return Value(self.data / other.data, (self, other), "send_div", (self.data, other.data))

    def send_div(self):
        (a, b), (x, y) = self.parents, self.numbers
        a.grad += self.grad / y
        b.grad += -x / y**2 * self.grad

    def __pow__(self, n):
        if isinstance(n, Value):
            raise NotImplementedError("only numbers as exponents")
        return Value(self.data**n, (self,), "send_pow", (self.data, n))

    def send_pow(self):
        (a,), (x, n) = self.parents, self.numbers
        a.grad += (n * x ** (n - 1) if n else 0.0) * self.grad

    def __neg__(self):
        return Value(-self.data, (self,), "send_neg")

    def send_neg(self):
        self.parents[0].grad -= self.grad

    def relu(self):
        return Value(0.0 if self.data <= 0 else self.data, (self,), "send_relu", (self.data,))

    def send_relu(self):
        self.parents[0].grad += (self.numbers[0] > 0) * self.grad

    def tanh(self):
        t = math.tanh(self.data)
        return Value(t, (self,), "send_tanh", (self.data, t))

    def send_tanh(self):
        x, t = self.numbers
        self.parents[0].grad += (1 - t**2) * self.grad

    def exp(self):
        e = math.exp(self.data)
        return Value(e, (self,), "send_exp", (self.data, e))

    def send_exp(self):
        x, e = self.numbers
        self.parents[0].grad += e * self.grad

    def log(self):
        return Value(math.log(self.data), (self,), "send_log", (self.data, math.log(self.data)))

    def send_log(self):
        x, y = self.numbers
        self.parents[0].grad += self.grad / x

    def sigmoid(self):
        e = math.exp(-abs(self.data))
        s = 1 / (1 + e) if self.data > 0 else e / (1 + e)
        return Value(s, (self,), "send_sigmoid", (self.data, s))

    def send_sigmoid(self):
        x, s = self.numbers
        self.parents[0].grad += s * (1 - s) * self.grad

    def __abs__(self):
        return Value(abs(self.data), (self,), "send_abs", (self.data,))

    def send_abs(self):
        self.parents[0].grad += math.copysign(1.0, self.numbers[0]) * self.grad

    def __pos__(self):
        return self

    def __radd__(self, number):
        return self + number

    def __rmul__(self, number):
        return self * number

    def __rsub__(self, number):
        return Value(number) - self

    def __rtruediv__(self, number):
        return Value(number) / self
