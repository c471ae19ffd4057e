"""What people look for here by the names of PyTorch, JAX, NumPy, TensorFlow and HIPS/autograd, and what it is here."""

from typing import Final

from autograd.support.advice_on_names import Guesses

_SCALAR: Final = "numbers are scalars here: Value(2.0) is one, and a list of Values is a vector"
_HIPS: Final = (
    "this is chainrule's autograd, which records scalars, not HIPS/autograd, which wraps NumPy: the functions of "
    "numbers are autograd.exp, autograd.tanh, …, and lists of Values are the vectors"
)
_NO_OPERATION: Final = "there is no such operation"

NAMES: Final = {
    # accepted: the name of ours behind it
    "sum": "total",
    "max": "largest",
    "min": "smallest",
    "pow": "power",
    "neg": "negative",
    "mul": "multiply",
    "sub": "subtract",
    "div": "divide",
    "true_divide": "divide",
    "expit": "sigmoid",
    "logistic": "sigmoid",
    "swish": "silu",
    "stop_gradient": "detach",
    "absolute": "abs",
    "clamp": "clip",
    "arcsin": "asin",
    "arccos": "acos",
    "arctan": "atan",
    "arctan2": "atan2",
    "arcsinh": "asinh",
    "arccosh": "acosh",
    "arctanh": "atanh",
    "logsigmoid": "log_sigmoid",
    "hard_tanh": "hardtanh",
    # answered
    **dict.fromkeys(("Tensor", "tensor", "array"), _SCALAR),
    "Scalar": "it is autograd.Value",
    "Variable": "it is autograd.Value; every Value that was not computed from others can have a gradient",
    "Parameter": "a parameter is a Value: autograd.Value(1.0)",
    "Node": "it is autograd.Value",
    "Function": "autograd.op makes an operation of a function that returns value and derivatives",
    "GradientTape": "operations on Values are recorded always: call backward() on the result",
    "gradient": "autograd.grad(f) gives the gradient of a function, autograd.gradients(y, [x]) that of a Value",
    "derivatives": "it is autograd.gradients(output, inputs)",
    "vjp": "autograd.grad gives the gradient of one number, and gradients(y, [x], seed) that of a Value",
    "custom_vjp": "autograd.op makes an operation of a function that returns value and derivatives",
    "primitive": "autograd.op makes an operation of a function that returns value and derivatives",
    "jacrev": "it is autograd.jacobian",
    "jacfwd": "it is autograd.jacobian(f, mode='forward')",
    "elementwise_grad": "write [grad(f)(x) for x in xs]",
    "value_and_gradient": "it is autograd.value_and_grad",
    **dict.fromkeys(("check_grads", "check_grad"), "it is autograd.gradcheck(lambda: loss, parameters)"),
    "gradgradcheck": "it is autograd.gradcheck; of grad(f) it checks the second derivatives",
    "jit": "autograd.compile(f, parameters) makes a program of arrays of a function of scalars",
    "vmap": "write [f(x) for x in xs]: autograd.compile makes matrices of it",
    "pmap": "autograd.compile(f, parameters, backend='jax') has as_jax(…) for many devices",
    "checkpoint_sequential": "it is autograd.checkpoint(f)(x), or nn.Checkpoint(block)",
    "enable_grad": "recording is on, but inside no_grad(): leave that block",
    "inference_mode": "with autograd.no_grad(): …",
    "set_grad_enabled": "with autograd.no_grad(): … turns recording off",
    "is_grad_enabled": "recording is on, but inside no_grad()",
    "set_detect_anomaly": "with autograd.detect_anomaly(): …",
    **dict.fromkeys(("make_dot", "draw_dot"), "it is viz.draw(value)"),
    "nn": "import nn",
    "optim": "import nn: nn.SGD, nn.Adam, …",
    "cross_entropy": "it is nn.softmax_cross_entropy, of logits",
    "mse_loss": "it is nn.mean_squared_error",
    "square": "write x * x",
    "std": "there is none: take sqrt(mean([(x - mean(xs)) ** 2 for x in xs]))",
    "var": "a variable is autograd.Value, and the variance mean([(x - mean(xs)) ** 2 for x in xs])",
    "matmul": "write [dot(row, xs) for row in rows]: autograd.compile makes matrices of it",
    "einsum": "write the sums with dot and total: autograd.compile makes matrices of them",
    "argmax": "take max(range(len(xs)), key=lambda i: xs[i].data)",
    "relu6": "write clip(x, 0.0, 6.0)",
    **dict.fromkeys(("floor", "ceil", "round"), f"{_NO_OPERATION}: its gradient would be 0"),
    # HIPS/autograd's modules
    **dict.fromkeys(("numpy", "scipy", "extend", "misc", "builtins"), _HIPS),
    "test_util": f"{_HIPS}; check_grads is autograd.gradcheck",
    "differential_operators": f"{_HIPS}; grad, jacobian, hessian and value_and_grad are in autograd itself",
    "engine": "from autograd import Value",
}

SAME: Final = {
    "eps": "epsilon",
    "delta": "epsilon",
    "tol": "tolerance",
    "rtol": "tolerance",
    "params": "parameters",
    "argnum": "argnums",
    "argnums": "argnum",
    "wrt": "inputs argnums argnum",
    "variables": "inputs",
    "outputs": "output root",
    "root": "output",
    **dict.fromkeys(("f", "fun", "fn", "func"), "function"),
}

KEYWORDS: Final = {
    "atol": "there is one tolerance, relative to the larger of the two numbers: tolerance=1e-5",
    "raise_exception": "it returns a report: report.raise_if_wrong() raises, and bool(report) says whether all agree",
    "holomorphic": "numbers are real here",
    "create_graph": "derivatives of Values are Values: differentiate them again",
    "requires_grad": "every Value can have a gradient; detach(x) and no_grad() stop one",
    **dict.fromkeys(("_children", "_prev"), "operations record what they compute from; Value(2.0, 'x') is a leaf"),
    "retain_graph": "graphs are kept as long as somebody holds them",
    "model": "parameters=model.parameters()",
    "loss": "the first argument is the function that returns the loss",
    **dict.fromkeys(("static_argnums", "static_argnames"), "numbers that are fixed are closed over, or have a default"),
    "donate_argnums": "programs keep arrays of their own",
    "use_reentrant": "the function is run again by the backward pass, as often as it is asked for",
    "device": "programs run on this machine; backend='jax' has as_jax(…) for accelerators",
    "fullgraph": "the whole function is always one program",
    "dynamic": "there is a program for each shape",
    "mode": "backend='numpy', 'native' or 'jax'",
    "dtype": "numbers are Python's floats, in double precision",
}

EXAMPLES: Final = {
    "compile": "compile(lambda x, y: loss, parameters=model.parameters())",
    "gradcheck": "gradcheck(lambda: loss, model.parameters())",
}

GUESSES: Final = Guesses("autograd", names=NAMES, same=SAME, keywords=KEYWORDS, examples=EXAMPLES)
