"""A module is the tree of its attributes."""

import inspect

import pytest

import nn
from autograd import Value, ops
from nn import MLP, BatchNorm, Dropout, Layer, Module, Neuron, Perceptron, Residual, Sequential
from nn.training.compiled import _may_mix_rows


class Odd(Module):
    """Parameters in every kind of place."""

    def __init__(self):
        self.scale = Value(2.0)
        self.layers = [Layer(2, 1, seed=0), (Value(3.0), Value(4.0))]
        self.table = {"left": Value(5.0), "right": Neuron(1, seed=0)}
        self.count = 3
        self.words = ["a", None, 1.5]
        self._hidden = Value(6.0)
        self.again = self.scale

    def __call__(self, inputs):
        return self.layers[0](inputs)[0] * self.scale


def test_the_textbooks_network_has_31_parameters():
    assert MLP(2, [4, 3, 1]).parameter_count() == 31
    assert MLP(2, [16, 16, 1]).parameter_count() == 337


def test_parameters_are_found_wherever_public_attributes_hold_them_each_once_in_order():
    names = [name for name, _ in Odd().named_parameters()]
    assert names == [
        "scale",
        "layers.0.neurons.0.weights.0",
        "layers.0.neurons.0.weights.1",
        "layers.0.neurons.0.bias",
        "layers.1.0",
        "layers.1.1",
        "table.left",
        "table.right.weights.0",
        "table.right.bias",
    ]


@pytest.mark.parametrize("model", [Odd(), MLP(2, [3, 2]), Sequential(BatchNorm(2), Residual(Layer(2, 2)))], ids=type)
def test_all_ways_of_listing_parameters_agree(model):
    assert model.parameters() == [p for _, p in model.named_parameters()]
    assert model.parameter_count() == len(set(model.parameters())) == len(model.parameters())


def test_a_shared_layer_counts_and_moves_once():
    shared = Layer(2, 2, "tanh", seed=0)
    model = Sequential(shared, shared, Residual(shared))
    assert model.parameter_count() == 6
    model([1.0, 2.0])[0].backward()
    once = {p: p.grad for p in model.parameters()}
    assert len(once) == 6
    assert all(once.values())
    assert "6" in model.summary().splitlines()[-1]


def test_attributes_that_lead_in_a_circle_end():
    a, b = Layer(1, 1), Layer(1, 1)
    a.other, b.other = b, a
    assert a.parameter_count() == 4
    assert len(list(a.named_modules())) == 4


def test_zero_grad_leaves_parameters_as_no_pass_had_reached_them():
    model = MLP(2, [2, 1], "tanh", seed=1)
    model([1.0, 2.0]).backward()
    assert all(p.has_grad for p in model.parameters())
    model.zero_grad()
    assert not any(p.has_grad or p.grad for p in model.parameters())


def test_every_parameter_is_named_by_its_path():
    model = MLP(2, [3, 1])
    assert all(p.name == name for name, p in model.named_parameters())
    assert model.layers[0].neurons[1].weights[0].name == "layers.0.neurons.1.weights.0"
    model.name_nodes("encoder")
    assert model.layers[1].neurons[0].bias.name == "encoder.layers.1.neurons.0.bias"
    assert model([1.0, 2.0]).name == "encoder.layers.1.neurons.0.z"


class Written(Module):
    """A model as people write them, without a word about names."""

    def __init__(self):
        self.layers = []
        for i in range(2):
            self.layers.append(Layer(2, 2, "tanh", seed=i))
        self.first, self.second = Dropout(0.5), Dropout(0.5)
        self.scale, self.k = Value(1.0), Value(2.0, name="stiffness")

    def __call__(self, row):
        row = self.second(self.layers[1](self.first(self.layers[0](row))))
        return [x * self.scale * self.k for x in row]


def test_a_written_model_is_named_without_being_asked():
    model = Written()
    assert [p.name for p in model.parameters()] == [
        "stiffness" if name == "k" else name for name, _ in model.named_parameters()
    ]
    cache = model.forward_cache([[1.0, 2.0]] * 3)
    assert {name: len(passed.z) for name, passed in cache.items()} == {
        "layers.0": 3, "first": 3, "layers.1": 3, "second": 3,
    }  # fmt: skip
    assert model.first.mask(64) != model.second.mask(64)
    outer = Sequential(model, Layer(2, 1, None))
    assert outer.layers[0].scale.name == "layers.0.scale"
    assert outer.layers[0].layers[1].neurons[1].bias.name == "layers.0.layers.1.neurons.1.bias"
    assert outer.layers[0].k.name == "stiffness"
    assert "layers.0.first" in outer.forward_cache([[1.0, 2.0]])
    model.name_nodes("part")
    assert model.k.name == "part.k"
    assert str(inspect.signature(Dropout)) == "(p: 'float', *, seed: 'int' = 0) -> 'None'", "as it is written"


def test_modes_reach_the_whole_tree():
    model = Sequential(Residual(Sequential(BatchNorm(2), Dropout(0.5))))
    model.eval()
    assert [m.training for _, m in model.named_modules()] == [False] * 5
    model.train()
    assert all(m.training for _, m in model.named_modules())


def test_state_that_is_no_parameter_can_be_read_and_put_back():
    model = Sequential(BatchNorm(2), Dropout(0.5))
    before = model.named_buffers()
    assert before == {"layers.0.running_mean": [0, 0], "layers.0.running_variance": [1, 1], "layers.1.drawn": 0}
    model.batch([[1.0, 2.0], [3.0, 5.0]])
    after = model.named_buffers()
    assert after["layers.1.drawn"] == 4
    assert after != before
    model.load_buffers(before)
    assert model.named_buffers() == before
    with pytest.raises(KeyError, match="drawn"):
        model.load_buffers({"drawn": 1})


def test_the_summary_is_a_table_that_a_person_reads():
    model = Sequential(Layer(2, 4, None), BatchNorm(4), Dropout(0.25), Residual(Layer(4, 4, "gelu")), MLP(4, [1]))
    assert model.summary() == repr(model)
    assert model.summary().splitlines() == [
        "layer              kind                 parameters",
        "layers.0           Layer 2 → 4, linear  12",
        "layers.1           BatchNorm 4          8",
        "layers.2           Dropout 0.25         0",
        "layers.3.block     Layer 4 → 4, gelu    20",
        "layers.4.layers.0  Layer 4 → 1, linear  5",
        "total              Sequential           45",
    ]


def test_the_summary_counts_what_belongs_to_no_layer():
    last = Odd().summary().splitlines()
    assert last[-1].split() == ["total", "Odd", "9"]
    assert any(line.split()[-1] == "4" for line in last[:-1])


def test_names_that_people_know():
    assert Perceptron is Neuron
    with pytest.raises(NotImplementedError, match="Module defines no __call__"):
        Module()([1.0])


class Plain(Module):
    def __init__(self, **attributes):
        self.w = Value(1.0)
        for name, x in attributes.items():
            setattr(self, name, x)

    def __call__(self, row):
        return self.w * row[0]

    def scaled(self, row):
        return self(row)


@pytest.mark.parametrize("x", [4, [Value(1.0)], None, True, Value(1.0), nn.BatchNorm(2), nn.MLP], ids=repr)
@pytest.mark.parametrize("name", ["parameters", "batch", "train", "eval", "zero_grad", "summary", "describe", "scaled"])
def test_an_attribute_does_not_hide_a_method(name, x):
    message = f"{name} is a method of Plain, and .* would take its place: give the attribute another name"
    with pytest.raises(TypeError, match=message):
        Plain(**{name: x})
    whole = Plain()
    with pytest.raises(TypeError, match=message):
        setattr(whole, name, x)
    assert vars(whole).keys() == vars(Plain()).keys()
    with pytest.raises(TypeError, match=message):
        type("Mine", (Plain,), {name: x})


def test_a_property_does_not_hide_a_method_and_a_function_may():
    with pytest.raises(TypeError, match="parameters is a method of Module, and a property would take its place"):
        type("Mine", (Module,), {"parameters": property(lambda self: [])})
    model = Plain()
    model.batch = lambda rows: [Value(7.0) for _ in rows]
    assert nn.predict(model, [[1.0]]) == [7.0]
    kind = type("Mine", (Plain,), {"parameters": lambda self: [], "describe": staticmethod(lambda: "mine")})
    assert (kind().parameters(), kind().describe()) == ([], "mine")


@pytest.mark.parametrize("x", [[[1.0]], 1, None, "yes"])
def test_training_is_true_or_false(x):
    with pytest.raises(TypeError, match="training says which of its two behaviors a module shows, True or False"):
        Plain(training=x)


def test_an_attribute_of_an_optimizer_does_not_hide_a_method():
    class Counting(nn.SGD):
        def __init__(self, parameters):
            super().__init__(parameters, 0.1)
            self.step = 0

    with pytest.raises(TypeError, match="step is a method of Counting, and an int would take its place"):
        Counting([Value(1.0)])
    with pytest.raises(TypeError, match="update is a method of SGD, and a list would take its place"):
        type("Mine", (nn.SGD,), {"update": [1.0]})


def test_parts_of_a_layer_are_set_by_the_names_that_people_know():
    layer = Layer(2, 2, "tanh", seed=0)
    layer.activation = "relu"
    assert [neuron.activation.name for neuron in layer.neurons] == ["relu", "relu"]
    neuron, weights, bias = layer.neurons[0], [Value(1.0), Value(2.0)], Value(3.0)
    neuron.w, neuron.b = weights, bias
    assert (list(neuron.weights), list(neuron.w), neuron.bias, neuron.b) == (weights, weights, bias, bias)
    row = layer([1.0, 1.0])
    assert (row[0].data, [p.name for p in (*weights, bias)]) == (6.0, [None] * 3)
    neuron.bias = None
    assert layer([1.0, 1.0])[0].data == 3.0, "what was computed of it before is not kept"
    with pytest.raises(TypeError, match="a neuron's bias is a Value or None, not a float"):
        neuron.b = 0.5


def test_a_layer_notices_each_change_of_its_neurons():
    layer = Layer(1, 1, None, seed=0)
    neuron = layer.neurons[0]
    neuron.weights, neuron.bias = [Value(2.0)], Value(1.0)
    assert layer([3.0]).data == 7.0
    neuron.bias = Value(10.0)
    assert layer([3.0]).data == 16.0
    del neuron.bias
    assert neuron.bias is None
    assert layer([3.0]).data == 6.0
    layer.neurons = [neuron, neuron]
    assert [x.data for x in layer([3.0])] == [6.0, 6.0]
    layer.neurons = layer.neurons[:1]
    assert layer([3.0]).data == 6.0
    with pytest.raises(AttributeError):
        del neuron.nothing


def test_a_recurrent_network_is_one_line_of_a_summary():
    lines = Sequential(nn.LSTM(2, 3, seed=0)).summary().splitlines()
    assert [line.split() for line in lines[1:]] == [
        ["layers.0", "LSTM", "2", "→", "3", "72"], ["total", "Sequential", "72"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("gives", "words"),
    [
        (lambda x: None, r"an activation returns one Value, and .* returned None \(was a return forgotten\?\)$"),
        (lambda x: 1.0, "returned a float$"),
    ],
)
def test_an_activation_that_gives_no_value_is_named(gives, words):
    for made in (Layer(1, 2, gives, seed=0), Neuron(1, gives, seed=0), nn.Activation(gives)):
        with pytest.raises(TypeError, match=words):
            made([1.0])


def test_a_neuron_by_itself_is_cached_too():
    neuron = Neuron(1, "relu", seed=0)
    neuron.weights[0].data = 2.0
    (passed,) = (cache := neuron.forward_cache([[1.0], [-3.0]])).values()
    assert list(cache) == [""]
    assert [[x.data for x in row] for row in (*passed.z, *passed.a)] == [[2.0], [-6.0], [2.0], [0.0]]


def test_ctrl_c_while_a_state_is_loaded_leaves_all_as_it_was(monkeypatch):
    model, other = (nn.Sequential(nn.Layer(2, 3, seed=k), nn.BatchNorm(3)) for k in (0, 1))
    other.batch([[1.0, 2.0], [3.0, -1.0]])
    before = model.state_dict()

    def pressed(*_):
        assert model.state_dict() == other.state_dict()
        raise KeyboardInterrupt

    monkeypatch.setattr("nn.layers.module.put_class_names", pressed)
    with pytest.raises(KeyboardInterrupt):
        model.load_state_dict(other.state_dict())
    assert model.state_dict() == before


def test_all_layers_of_a_network_but_the_last_hand_on_what_waits(monkeypatch):
    asked, hidden = [], nn.Layer.hidden
    monkeypatch.setattr(nn.Layer, "hidden", lambda layer, row: asked.append(layer) or hidden(layer, row))
    model = nn.MLP(2, [3, 4, 5, 1], seed=0)
    model([0.5, -1.0])
    assert asked == model.layers[:3]


def test_a_layer_says_the_activation_of_its_first_neuron_and_sets_all():
    layer = nn.Layer(2, 3, "relu", seed=0)
    layer.neurons[1].activation = "tanh"
    assert layer.activation is ops.relu
    layer.activation = "sigmoid"
    assert [neuron.activation for neuron in layer.neurons] == [ops.sigmoid] * 3


def test_only_a_batch_of_the_users_own_may_mix_rows():
    class Mixing(nn.Module):
        def batch(self, rows):
            return rows

    class Plain:
        def __call__(self, row):
            return row

    known = [nn.MLP(2, [3, 1], seed=0), nn.Sequential(nn.Layer(2, 3, seed=0), nn.BatchNorm(3)), Plain()]
    assert [_may_mix_rows(model) for model in known] == [False, False, False]
    assert _may_mix_rows(Mixing())
    assert _may_mix_rows(nn.Sequential(nn.Layer(2, 2, seed=0), Mixing()))


def test_batch_norm_of_one_column_remembers_it():
    norm = nn.BatchNorm(1, momentum=0.25)
    norm.batch([[1.0], [3.0]])
    assert norm.running_mean == [0.5]
    assert norm.running_variance == [0.75 + 0.25 * 2.0]
