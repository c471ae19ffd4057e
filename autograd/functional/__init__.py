"""Derivatives of functions, nested to any order, and what stands beside them.

transforms.py  `grad`, `value_and_grad`, `jacobian`, `hessian`, `hvp`: from functions to those of their derivatives
vjp.py         `gradients(output, inputs)`: the backward pass that is a graph itself, so that it can be differentiated
checkpoint.py  `checkpoint`: keep a function's inputs in place of its graph, and compute it again for gradients
gradcheck.py   `gradcheck`: the backward pass against central differences
"""
