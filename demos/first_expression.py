"""A first expression, to type line by line: `python -m demos.first_expression` prints what you should see."""

from autograd import Value, explain
from viz import draw

a = Value(2.0, "a")
b = Value(-3.0, "b")
c = Value(10.0, "c")
d = a * b + c
L = d * d - a
L.backward()

print(f"L = {L.data}, and its gradients: a {a.grad}, b {b.grad}, c {c.grad}")
print(explain(L, a))
draw(L).save("first_expression.svg")
print("wrote first_expression.svg: each number above, and the local derivative on each arrow")
