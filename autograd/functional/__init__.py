"""Functions of Values that are made of operations, and derivatives of functions, nested to any order.

softmax_mean_norm.py      functions made of operations: these, `log_softmax`, `logsumexp`, `smallest`
take.py                   `take`: one Value of a sequence, or one row of a table
grad_jacobian_hessian.py  `grad`, `value_and_grad`, `jacobian`, `jvp`, `hessian`, `hvp`: from functions to derivatives
vjp.py                    `gradients(output, inputs)`: the backward pass as a graph, to be differentiated again
forward_mode.py           forward mode: how outputs change along a direction of the inputs
checkpoint.py             `checkpoint`: keep inputs in place of the graph; compute it again for gradients
gradcheck.py              `gradcheck`: the backward pass against central differences
"""
