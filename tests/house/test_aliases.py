"""Names with one meaning that users know from elsewhere are ours too."""

import copy
import pickle

import pytest

import autograd as ag
import nn
from autograd import Value
from tests.support.outcomes import told

X, Y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0]


def made():
    return nn.MLP(2, [3, 1], seed=0)


# ----------------------------------------------------------------------------------------- accepted
a, values = Value(2.0), [Value(1.0), Value(3.0), Value(-1.0), Value(3.0)]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (lambda: ag.sum(values), lambda: ag.total(values)),
        (lambda: ag.max(values), lambda: ag.largest(values)),
        (lambda: ag.min(values), lambda: -ag.largest([-v for v in values])),
        (lambda: ag.pow(a, 3) + ag.neg(a) + ag.swish(a), lambda: a**3 + -a + ag.silu(a)),
        (lambda: nn.mse(values, [1.0] * 4), lambda: nn.mean_squared_error(values, [1.0] * 4)),
        (
            lambda: nn.mean_squared_error(y_true=[1.0] * 4, y_pred=values),
            lambda: nn.mean_squared_error(values, [1.0] * 4),
        ),
    ],
)
def test_names_with_one_meaning_are_ours(theirs, ours):
    assert theirs().data == ours().data


def test_the_smallest_is_what_the_largest_is():
    low = [Value(x) for x in (2.0, 1.0, 1.0)]
    ag.min(low).backward()
    assert [v.grad if v.has_grad else 0.0 for v in low] == [0.0, 1.0, 0.0], "the first of several"
    assert (ag.smallest([2.0, 1.0]), ag.min([3])) == (1.0, 3.0)
    step = ag.compile(lambda x: ag.min([a * v for v in x]), [a])
    assert step([3.0, 1.0, 2.0]) == 2.0
    assert told(lambda: ag.min([])) == "ValueError: smallest of no values is not defined: pass at least one"


def settings(optimizer):
    return {name: getattr(optimizer, name) for name in optimizer.settings}


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (lambda p: nn.SGD(p, lr=0.1), lambda p: nn.SGD(p, 0.1)),
        (lambda p: nn.SGD(params=p, lr=0.1, momentum=0.9), lambda p: nn.SGD(p, 0.1, 0.9)),
        (lambda p: nn.Adam(p, lr=0.1, eps=1e-6), lambda p: nn.Adam(p, 0.1, epsilon=1e-6)),
        (lambda p: nn.Adam(p, beta_1=0.8, beta_2=0.9), lambda p: nn.Adam(p, beta1=0.8, beta2=0.9)),
        (lambda p: nn.AdamW(p, lr=0.1, weight_decay=0.2), lambda p: nn.AdamW(p, 0.1, weight_decay=0.2)),
        (lambda p: nn.RMSprop(p, rho=0.8), lambda p: nn.RMSProp(p, decay=0.8)),
        (lambda p: nn.Adagrad(p, lr=0.2), lambda p: nn.AdaGrad(p, 0.2)),
    ],
)
def test_an_optimizers_settings_are_taken_by_their_usual_names(theirs, ours):
    parameters = made().parameters()
    assert repr(theirs(parameters)) == repr(ours(parameters))
    assert settings(theirs(parameters)) == settings(ours(parameters))


def test_an_optimizers_rate_is_read_and_set_by_its_usual_name():
    optimizer = nn.SGD([a], lr=0.1)
    optimizer.lr = 0.25
    assert optimizer.lr == optimizer.learning_rate == 0.25
    assert told(lambda: setattr(optimizer, "lr", -1.0)).startswith("ValueError: SGD(learning_rate=-1.0)")
    assert told(lambda: setattr(optimizer, "eps", 1.0)) == (
        "AttributeError: SGD has no eps to set: "
        "its settings are learning_rate, momentum, nesterov, l1, l2, weight_decay"
    )
    assert "there is one group" in told(lambda: setattr(optimizer, "param_groups", []))
    for slip, says in {
        "learning_rte": "SGD has no learning_rte to set: did you mean learning_rate?",
        "betas": "SGD has no betas to set: they are optimizer.beta1",
    }.items():
        assert says in told(lambda slip=slip: setattr(optimizer, slip, 0.5))
    optimizer.label = "a note of the user's own"
    assert "this SGD was made without momentum, and keeps no velocity" in told(
        lambda: setattr(optimizer, "momentum", 0.9)
    )
    assert "was made with momentum" in told(lambda: setattr(nn.SGD([a], 0.1, 0.9), "momentum", 0.0))
    assert "lr" not in dir(optimizer)
    assert told(lambda: optimizer.step(lambda: a)).startswith("TypeError: SGD(learning_rate=<func")

    class Mine(nn.Optimizer):  # whose own names are its own
        def __init__(self, parameters, lr, rho):
            self.lr, self.rho = lr, rho
            super().__init__(parameters, lr)

    assert (Mine([a], 0.5, 3).rho, Mine([a], lr=0.5, rho=3).lr) == (3, 0.5)


def trained(**given):
    model = made()
    history = nn.fit(
        model, loss=nn.mean_squared_error, optimizer=nn.SGD(model.parameters(), 0.1), **given, backend="recorded"
    )
    return history.losses, history.validation_losses, history.epochs


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ({"validation_data": (X, Y), "epochs": 2}, {"validation": (X, Y), "epochs": 2}),
        ({"validation_split": 0.5, "epochs": 2}, {"validation": 0.5, "epochs": 2}),
        ({"n_epochs": 2}, {"epochs": 2}),
    ],
)
def test_a_training_is_told_by_its_usual_names(theirs, ours):
    assert trained(x=X, y=Y, **theirs) == trained(inputs=X, targets=Y, **ours)


def test_a_history_has_its_losses_by_their_usual_names():
    history = nn.History(losses=[1.0], validation_losses=[2.0])
    assert (history.loss, history.val_loss) == ([1.0], [2.0])
    assert "history.losses and history.validation_losses are lists" in told(lambda: history.history["loss"])
    assert pickle.loads(pickle.dumps(history)) == copy.deepcopy(history) == history


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("ReLU", "relu"),
        ("Tanh", "tanh"),
        ("GELU", "gelu"),
        ("LeakyReLU", "leaky_relu"),
        ("leaky-relu", "leaky_relu"),
        ("swish", "silu"),
        ("SiLU", "silu"),
        ("Sigmoid", "sigmoid"),
        ("logistic", "sigmoid"),
        ("identity", "linear"),
        ("Linear", "linear"),
        ("none", "linear"),
        (ag.relu, "relu"),
    ],
)
def test_activations_are_known_by_their_usual_names(theirs, ours):
    assert nn.MLP(2, [4, 1], theirs, seed=1).summary() == nn.MLP(2, [4, 1], ours, seed=1).summary()
    assert nn.Activation(theirs).describe() == ours


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (lambda: nn.MLP(nin=2, nouts=[4, 1], random_state=3), lambda: nn.MLP(2, [4, 1], seed=3)),
        (lambda: nn.Layer(2, 3, nonlinearity="tanh", initializer=None), lambda: nn.Layer(2, 3, "tanh")),
        (lambda: nn.Layer(in_features=2, out_features=3), lambda: nn.Layer(2, 3)),
        (lambda: nn.Dropout(rate=0.5), lambda: nn.Dropout(0.5)),
        (lambda: nn.BatchNorm(num_features=3, eps=1e-3), lambda: nn.BatchNorm(3, epsilon=1e-3)),
        (lambda: nn.Embedding(num_embeddings=3, embedding_dim=2), lambda: nn.Embedding(3, 2)),
        (lambda: nn.GRU(input_size=2, hidden_size=3), lambda: nn.GRU(2, 3)),
    ],
)  # fmt: skip
def test_layers_are_made_by_their_usual_keywords(theirs, ours):
    assert repr(theirs()) == repr(ours())


def test_a_module_written_with_forward_is_called():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Layer(2, 1, None, seed=0)

        def forward(self, row):
            return self.layer(row) * 2.0

    net = Net().eval()
    assert net([1.0, 2.0]).data == net.forward([1.0, 2.0]).data == 2.0 * net.layer([1.0, 2.0]).data
    assert net.training is False
    assert net.train() is net
    with pytest.raises(TypeError, match=r"class Deeper: forward would never be called, .*: name it __call__"):

        class Deeper(nn.MLP):
            def forward(self, row):
                return row
