"""What people look for here by the names of PyTorch, Keras, scikit-learn and micrograd, and what it is here."""

from typing import Final

from autograd.support.advice_on_names import Guesses

_ACTIVATION: Final = (
    'layers have it, as in nn.Layer(2, 4, "{0}"); nn.Activation("{0}") is one by itself, autograd.{0} the function'
)
_FIT: Final = "nn.fit(model, inputs, targets, loss=…, optimizer=…, epochs=…)"
_L2: Final = "optimizers have it: nn.SGD(parameters, l2=…), or weight_decay=… apart from the gradient"
_NO_IMAGES: Final = "there are no convolutions here: layers are nn.Layer, and rows of numbers what they take"
_INITIALIZERS: Final = "nn.he_normal, he_uniform, xavier_normal and xavier_uniform: Layer(…, initializer=…)"
_PRECISION: Final = "numbers are Python's floats, in double precision"
_HERE: Final = "everything runs on this machine; fit(…, backend='jax') uses what JAX finds"
_LIST: Final = "a plain list of modules, a tuple or a dict is walked: self.layers = [nn.Layer(2, 4), nn.Layer(4, 1)]"
_ATTENTION: Final = "nn.Attention(width, heads) is what they are made of, between nn.LayerNorm and nn.Layer"
_OPTIMIZERS: Final = "optimizers are nn.SGD, nn.Adam, nn.AdamW, nn.RMSProp and nn.AdaGrad"
_LOGITS: Final = "it is nn.softmax_cross_entropy, of logits: leave the softmax out of the model"
_COUNTED: Final = "training is counted in epochs; without batch_size an epoch is one step"
_RATE: Final = "the optimizer has the rate, as in nn.SGD(model.parameters(), learning_rate=0.1)"
_HOOKS: Final = "model.forward_cache(rows) has what each layer computed; there are no hooks"

NAMES: Final = {
    # accepted: the name of ours behind it
    "RMSprop": "RMSProp",
    "Adagrad": "AdaGrad",
    **dict.fromkeys(("mse", "mse_loss"), "mean_squared_error"),
    # answered
    "Linear": "nn.Layer(inputs, outputs, None) is one: each layer has its activation",
    "Dense": "nn.Layer(inputs, outputs, activation) is one, with its inputs counted",
    "Perceptrons": "it is nn.Layer(inputs, outputs)",
    "Identity": "nn.Activation(None) gives its row as it is",
    "Flatten": "rows are flat: flatten the data",
    "Parameter": "a parameter is a Value: self.w = autograd.Value(1.0)",
    **dict.fromkeys(("ModuleList", "ModuleDict", "ParameterList", "ParameterDict"), _LIST),
    "Model": "it is nn.Module, or nn.Sequential(first, second)",
    "MultilayerPerceptron": "it is nn.MLP(2, [16, 16, 1])",
    **dict.fromkeys(("MLPClassifier", "Classifier"), "it is nn.estimators.Classifier, with scikit-learn"),
    **dict.fromkeys(("MLPRegressor", "Regressor"), "it is nn.estimators.Regressor, with scikit-learn"),
    **{name: _ACTIVATION.format(key) for name, key in {
        "ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "GELU": "gelu", "ELU": "elu", "SiLU": "silu",
        "Swish": "silu", "LeakyReLU": "leaky_relu", "Softplus": "softplus",
    }.items()},
    "PReLU": 'nn.Layer(2, 4, "leaky_relu") has a fixed slope',
    **dict.fromkeys(("LogSoftmax", "log_softmax"), "give the scores to nn.softmax_cross_entropy, which has it inside"),
    **dict.fromkeys(("Conv1d", "Conv2d", "Conv3d", "Conv2D", "MaxPool2d", "AvgPool2d"), _NO_IMAGES),
    **dict.fromkeys(("BatchNorm1d", "BatchNorm2d", "BatchNormalization"), "it is nn.BatchNorm(width)"),
    "Dropout1d": "it is nn.Dropout(p)",
    "RNNCell": "nn.RNN(inputs, hidden).step(row, state) makes one step",
    "LSTMCell": "nn.LSTM(inputs, hidden).step(row, state) makes one step",
    "GRUCell": "nn.GRU(inputs, hidden).step(row, state) makes one step",
    **dict.fromkeys(("Transformer", "TransformerEncoderLayer"), _ATTENTION),
    **dict.fromkeys(("MultiheadAttention", "MultiHeadAttention"), "Attention"),
    # losses
    "MSELoss": "a loss is a function here: nn.mean_squared_error",
    "MeanSquaredError": "it is nn.mean_squared_error",
    **dict.fromkeys(("mae", "l1_loss"), "mean_absolute_error"),
    **dict.fromkeys(("L1Loss", "MeanAbsoluteError"), "a loss is a function here: nn.mean_absolute_error"),
    **dict.fromkeys(("HuberLoss", "SmoothL1Loss"), "a loss is a function here: nn.huber"),
    "huber_loss": "huber",
    **dict.fromkeys(("PoissonNLLLoss", "poisson_nll_loss"), "it is nn.poisson, of logarithms of rates"),
    "CrossEntropyLoss": "a loss is a function here: nn.softmax_cross_entropy, of logits and numbers of classes",
    "cross_entropy": "it is nn.softmax_cross_entropy, of logits and numbers of classes",
    **dict.fromkeys(("categorical_crossentropy", "sparse_categorical_crossentropy"), _LOGITS),
    "NLLLoss": "it is nn.softmax_cross_entropy, of logits: leave the log-softmax out of the model",
    "BCELoss": "a loss is a function here: nn.binary_cross_entropy, of probabilities",
    **dict.fromkeys(("bce", "binary_crossentropy"), "it is nn.binary_cross_entropy, of probabilities"),
    "BCEWithLogitsLoss": "a loss is a function here: nn.binary_cross_entropy_with_logits",
    "bce_with_logits": "it is nn.binary_cross_entropy_with_logits",
    **dict.fromkeys(("HingeEmbeddingLoss", "hinge_loss"), "it is nn.hinge, for targets of −1 and 1"),
    "KLDivLoss": "nn.softmax_cross_entropy takes rows of probabilities as targets, too",
    # modules of other libraries
    "functional": "losses are nn.mean_squared_error, nn.softmax_cross_entropy, …; activations autograd.relu, tanh, …",
    **dict.fromkeys(("optimizer", "Adadelta", "LBFGS", "Nadam"), _OPTIMIZERS),
    "lr_scheduler": "schedules are nn.WarmUp, nn.StepDecay, nn.Exponential, nn.Cosine, nn.OneCycle: fit(…, schedule=…)",
    "StepLR": "it is nn.StepDecay(every, factor): fit(…, schedule=…)",
    "ExponentialLR": "it is nn.Exponential(factor): fit(…, schedule=…)",
    "CosineAnnealingLR": "it is nn.Cosine(steps): fit(…, schedule=…)",
    "LambdaLR": "any function of the step is a schedule: fit(…, schedule=lambda step: 0.99 ** step)",
    "ReduceLROnPlateau": "it is nn.ReduceOnPlateau(factor, patience): fit(…, callbacks=[nn.ReduceOnPlateau()])",
    "OneCycleLR": "it is nn.OneCycle(steps): fit(…, schedule=…), whose greatest rate is the optimizer's",
    "init": _INITIALIZERS,
    **dict.fromkeys(("kaiming_normal", "kaiming_normal_"), "it is nn.he_normal"),
    **dict.fromkeys(("kaiming_uniform", "kaiming_uniform_"), "it is nn.he_uniform"),
    **dict.fromkeys(("glorot_normal", "xavier_normal_"), "it is nn.xavier_normal"),
    **dict.fromkeys(("glorot_uniform", "xavier_uniform_"), "it is nn.xavier_uniform"),
    "utils": "clipping is nn.clip_by_norm(parameters, limit) and nn.clip_by_value(parameters, limit)",
    **dict.fromkeys(("clip_grad_norm", "clip_grad_norm_"), "it is nn.clip_by_norm(parameters, limit)"),
    "clip_grad_value_": "it is nn.clip_by_value(parameters, limit)",
    "Momentum": "it is nn.SGD(parameters, learning_rate, momentum=0.9)",
    "Nesterov": "it is nn.SGD(parameters, learning_rate, momentum=0.9, nesterov=True)",
    "train": f"it is {_FIT}",
    "Trainer": f"it is {_FIT}; nn.TrainingSession goes step by step",
    "evaluate": "with autograd.no_grad(): loss(model.batch(inputs), targets); nn.predict(model, inputs) predicts",
    "DataLoader": "rows are lists or arrays: fit(…, batch_size=32) makes the batches",
    "Dataset": "rows are lists or arrays; nn.datasets has small ones",
    "data": "it is nn.datasets",
    "train_test_split": "it is nn.datasets.split, or fit(…, validation=0.2)",
    "save_model": "it is nn.save(path, model)",
    "load_model": "it is nn.load(path, model)",
    "onnx": "it is nn.save_onnx(model, path)",
    "ModelCheckpoint": "it is nn.Autosave(path): fit(…, autosave=…)",
    "Callback": "a callback is a function of a Report: fit(…, callbacks=[f])",
    "no_grad": "it is autograd.no_grad",
    "Value": "it is autograd.Value",
    "Tensor": "numbers are scalars here: autograd.Value(2.0) is one",
    "Group": "it is autograd.Group",
}  # fmt: skip

SAME: Final = {
    # optimizers
    **dict.fromkeys(("lr", "eta"), "learning_rate"),
    "step_size": "learning_rate every",
    **dict.fromkeys(("decay_rate", "gamma"), "factor"),
    "params": "parameters",
    "eps": "epsilon",
    "rho": "decay",
    **dict.fromkeys(("beta_1", "b1"), "beta1"),
    **dict.fromkeys(("beta_2", "b2"), "beta2"),
    # fit, diagnose, predict, TrainingSession
    **dict.fromkeys(("x", "X", "xs", "in_features", "nin", "input_dim", "input_size"), "inputs"),
    **dict.fromkeys(("y", "Y", "ys", "labels", "y_true", "target"), "targets"),
    **dict.fromkeys(("criterion", "loss_fn", "loss_function"), "loss"),
    **dict.fromkeys(("n_epochs", "num_epochs"), "epochs"),
    **dict.fromkeys(("validation_data", "val_data", "validation_split"), "validation"),
    "gradient_clip_val": "clip",
    **dict.fromkeys(("max_norm", "clip_value"), "limit"),
    "min_delta": "margin",
    **dict.fromkeys(("T_max", "warmup_steps"), "steps"),
    **dict.fromkeys(("model_path", "filename"), "path"),
    # losses
    "label_smoothing": "smoothing",
    "sample_weight": "weights",
    **dict.fromkeys(("class_weight", "weight"), "class_weights"),
    **dict.fromkeys(("y_pred", "input"), "predictions probabilities logits scores logit_rows"),
    # layers
    **dict.fromkeys(("out_features", "nout", "units", "output_dim"), "outputs"),
    **dict.fromkeys(("nouts", "layer_sizes", "layers"), "sizes"),
    "hidden_size": "hidden",
    "use_bias": "bias",
    "nonlinearity": "activation",
    "output_activation": "output",
    "kernel_initializer": "initializer",
    "random_state": "seed",
    "num_embeddings": "count",
    **dict.fromkeys(("embedding_dim", "num_features"), "width"),
    "rate": "p",
}

KEYWORDS: Final = {
    **dict.fromkeys(("lr", "learning_rate"), _RATE),
    **dict.fromkeys(("weight_decay", "l2"), _L2),
    "momentum": "nn.SGD and nn.RMSProp have momentum; Adam's is beta1",
    "betas": "write beta1=0.9, beta2=0.999",
    "dampening": "nn.SGD has none: v ← μ v + g",
    "amsgrad": "nn.Adam has the rule of Kingma and Ba alone",
    "maximize": "minimize the negative: (-objective).backward()",
    "nesterov": "nn.SGD has it: nn.SGD(parameters, learning_rate, momentum=0.9, nesterov=True)",
    "centered": "nn.RMSProp has the rule of Tieleman and Hinton alone",
    **dict.fromkeys(("foreach", "fused"), "autograd.compile and fit make matrices of steps"),
    "clipnorm": "fit(…, clip=nn.ClipByNorm(1.0)), or nn.clip_by_norm(parameters, 1.0) before the step",
    "clipvalue": "fit(…, clip=nn.ClipByValue(1.0)), or nn.clip_by_value(parameters, 1.0) before the step",
    "norm_type": "the norm is the Euclidean one",
    "verbose": "progress=True shows a bar, False shows none",
    "metrics": "nn.predict gives predictions to count with; callbacks=[f] are called with a Report at each epoch",
    "scheduler": "schedule is a function of the step: schedule=nn.Cosine(steps)",
    "patience": "early_stopping=5 is the patience in epochs",
    **dict.fromkeys(("steps", "iterations", "max_iter"), _COUNTED),
    **dict.fromkeys(("device", "map_location"), _HERE),
    "dtype": _PRECISION,
    "dropout": "nn.Dropout(p) is a module of its own",
    "num_layers": "put several into a module of your own, one after another",
    "bidirectional": "run a second network over the rows in reverse",
    "batch_first": "a network takes one sequence of rows",
    "reduction": "the loss is the mean over the rows: multiply it by their number for the sum",
    "from_logits": "binary_cross_entropy takes probabilities, its _with_logits and softmax_cross_entropy logits",
    "pos_weight": "weigh the rows of that class: weights=[…], one number for each row",
    "ignore_index": "leave those rows out",
    "set_to_none": "it does so always; leave it out",
    "batch_size": "all rows are computed at once, in parts if they are many",
    "inplace": "nothing is computed in place",
    "slope": "nn.Layer(2, 4, lambda x: autograd.leaky_relu(x, 0.2)) has another slope",
    "strict": "the file and the model must have the same parameters",
    **dict.fromkeys(("dim", "axis"), "a row has one dimension"),
    "monitor": "it watches the validation loss if there is one, else the training loss",
    "restore_best_weights": "the best is always taken back",
    "eta_min": "final is a factor of the rate: eta_min / learning_rate",
    "affine": "it has a scale and a shift for each column",
    "track_running_stats": "running averages are always kept",
    "closure": "call loss.backward() before the step",
}

ACTIVATIONS: Final = {  # by `key`
    **dict.fromkeys(("linear", "none", "identity"), "linear"),
    "swish": "silu",
    **dict.fromkeys(("logistic", "expit"), "sigmoid"),
    "hyperbolictangent": "tanh",
    "rectifier": "relu",
    "softmax": "softmax",
}

OF_A_MODULE: Final = {
    "forward": "call the model: model(row), or model.batch(rows)",
    "fit": f"it is {_FIT}",
    "predict": "it is nn.predict(model, inputs)",
    "evaluate": "with autograd.no_grad(): loss(model.batch(inputs), targets)",
    "compile": "fit compiles by itself; autograd.compile(loss_function, model.parameters()) makes a step",
    "save": "it is nn.save(path, model)",
    "load": "it is nn.load(path, model)",
    **dict.fromkeys(("num_parameters", "count_params"), "it is model.parameter_count()"),
    **dict.fromkeys(("modules", "children"), "it is model.named_modules()"),
    "register_buffer": 'name it in the class: buffers = ("mean",), and set self.mean',
    "register_parameter": "set it: self.w = autograd.Value(1.0)",
    "add_module": "set it: self.layer = nn.Layer(2, 4)",
    "register_forward_hook": _HOOKS,
    "add": "nn.Sequential takes its layers at once, and model.layers.append(layer) adds one",
    "append": "model.layers.append(layer) adds one",
    "apply": "for path, module in model.named_modules(): …",
    **dict.fromkeys(("to", "cpu", "cuda"), _HERE),
    "requires_grad_": "leave what is to stay out of the optimizer's parameters",
    "weights": "dict(model.named_parameters()) has all by name; model.layers[0].neurons[0].weights are one neuron's",
    "weight": "dict(model.named_parameters()) has all by name; layer.neurons[0].weights are one neuron's",
    "bias": "dict(model.named_parameters()) has all by name; layer.neurons[0].bias is one neuron's",
    "in_features": "len(layer.neurons[0].weights)",
    "out_features": "len(layer.neurons)",
}

OF_AN_OPTIMIZER: Final = {
    "param_groups": "there is one group; optimizer.scale_rate(parameters, 0.1) gives some a rate of their own",
    "add_param_group": "make an optimizer of all parameters, then optimizer.scale_rate(some, 0.1)",
    "minimize": "loss.backward(), and optimizer.step()",
    "apply_gradients": "loss.backward() leaves gradients, and optimizer.step() moves the parameters",
    "update_parameters": "it is optimizer.step()",
    "params": "parameters",
    **dict.fromkeys(("zero_grads", "clear_grad"), "zero_grad"),
    "get_last_lr": "it is optimizer.learning_rate",
    "betas": "they are optimizer.beta1 and optimizer.beta2",
    "iterations": "step_count",
    **{guess: ours for guess, ours in SAME.items() if guess in ("lr", "eps", "rho", "beta_1", "beta_2")},
}

OF_A_HISTORY: Final = {
    "history": "history.losses and history.validation_losses are lists, one entry an epoch or report",
    **dict.fromkeys(("loss", "train_losses"), "losses"),
    **dict.fromkeys(("val_loss", "val_losses"), "validation_losses"),
    "epoch": "epochs",
    "lrs": "learning_rates",
}

EXAMPLES: Final = {
    "MLP": "MLP(2, [16, 16, 1]) for 2 inputs, layers of 16, 16 and 1",
    "Layer": "Layer(2, 4) for 2 inputs and 4 outputs",
    "Dropout": "Dropout(0.5)",
    "fit": "fit(model, inputs, targets, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters()), epochs=9)",
}

GUESSES: Final = Guesses("nn", names=NAMES, same=SAME, keywords=KEYWORDS, examples=EXAMPLES)
