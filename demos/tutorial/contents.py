"""Where each section and question of the tutorial has its working counterpart: a demo, or what to call."""

from typing import NamedTuple


class Part(NamedTuple):
    """A section or question, the demos that show it, and the names to call or the programs to run."""

    number: str
    title: str
    demos: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


PARTS = (
    Part("1.1", "The biological analogy", (), ("nn.Neuron",)),
    Part("1.2", "Network architecture and parameter count", ("depth_and_width",), ("nn.MLP.parameter_count",)),
    Part("2.1", "Weights, bias and pre-activation", (), ("nn.Perceptron", "autograd.dot")),
    Part("2.2", "Why nonlinearity is essential", ("linear_collapse",), ("viz.decision_boundary",)),
    Part("3.1", "Layer-by-layer computation", (), ("nn.Layer", "autograd.steps", "viz.steps")),
    Part("3.2", "Caching intermediate values", ("checkpointing",), ("nn.MLP.forward_cache", "autograd.checkpoint")),
    Part("4.1", "MSE vs cross-entropy", (), ("nn.mean_squared_error", "nn.binary_cross_entropy")),
    Part(
        "4.2", "Why BCE outperforms MSE", ("starving_sigmoid", "log_of_zero"), ("nn.binary_cross_entropy_with_logits",)
    ),
    Part("5.1", "The loss surface", ("optimizers", "learning_rates"), ("viz.loss_landscape", "nn.Adam")),
    Part("5.2", "Batch, stochastic and mini-batch", ("batch_sizes", "learning_rates"), ("nn.fit", "nn.WarmUp")),
    Part("6.1", "The chain rule foundation", (), ("autograd.explain", "demos.first_expression")),
    Part("6.2", "The four backpropagation equations", ("four_equations", "silent_bug"), ("autograd.gradcheck",)),
    Part("7.1", "Sigmoid, tanh and saturation", ("activations", "vanishing_gradients"), ("viz.activation",)),
    Part("7.2", "ReLU, leaky ReLU and GELU", ("activations", "dying_relu"), ("autograd.gelu", "nn.diagnose")),
    Part("8.1", "Why deep sigmoid networks barely trained", ("vanishing_gradients",), ("viz.gradient_flow",)),
    Part(
        "8.2",
        "ReLU, initialization, residuals",
        ("vanishing_gradients", "exploding_gradients", "clipping_threshold"),
        ("nn.Residual", "nn.he_normal", "nn.xavier_uniform", "nn.ClipByNorm"),
    ),
    Part("9.1", "Full XOR training", ("xor_training",), ("nn.fit", "nn.TrainingSession")),
    Part("9.2", "Training trace analysis", ("xor_training",), ("nn.History",)),
    Part("10", "Forward and backward pass visualizer", (), ("demos.xor", "viz.steps", "viz.draw_network")),
    Part("11", "Training loss curve", ("xor_training",), ("viz.loss_curve",)),
    Part("Q1", "Backpropagation against finite differences", ("finite_differences",), ("autograd.gradcheck",)),
    Part("Q2", "Automatic differentiation", ("four_equations",), ("autograd.grad", "autograd.Value.backward")),
    Part("Q3", "Oscillating loss", ("learning_rates",), ("nn.find_learning_rate", "nn.diagnose", "nn.sharpness")),
    Part("Q4", "Batch normalization", ("batch_norm_rates",), ("nn.BatchNorm",)),
    Part("Q5", "Universal approximation", ("universal_approximation",), ("nn.datasets.sine",)),
    Part("Q6", "Dropout", ("dropout",), ("nn.Dropout",)),
    Part(
        "Q7",
        "Backpropagation through time",
        ("exploding_gradients", "long_memory"),
        ("nn.RNN", "nn.GRU", "nn.detach_state", "demos.gpt"),
    ),
    Part("Q8", "From scratch or a framework", ("four_equations",), ("autograd.gradcheck", "autograd.compile")),
)
