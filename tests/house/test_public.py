"""What is public is listed, derived from the table where it can be, and what importing and compiling load."""

import importlib
import inspect
import pickle
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import autograd
from autograd import Value
from autograd.recording.methods import Methods
from autograd.rules import generate
from autograd.rules.operation import TABLE

ROOT = Path(autograd.__file__).parent.parent
PACKAGES = pytest.mark.parametrize("package", ["autograd", "nn", "viz"])
BESIDE_THE_TABLE = {
    "Condition", "Group", "Value", "certify", "checkpoint", "compile", "compile_graph", "detect_anomaly",
    "examine", "explain", "grad", "gradcheck", "gradients", "hessian", "hvp", "jacobian", "jvp", "log_softmax",
    "logsumexp", "mean", "no_grad", "norm", "number", "op", "smallest", "softmax", "steps", "take", "topological_order",
    "value_and_grad",
}  # fmt: skip


# ------------------------------------------------------------------------------------- exports
def test_autograd_exports_the_table_and_what_is_listed_here():
    assert set(autograd.__all__) == BESIDE_THE_TABLE | set(TABLE)
    for name in TABLE:
        assert getattr(autograd, name) is TABLE[name]


def test_a_new_row_is_public_without_another_line():
    program = (
        "import importlib, sys, autograd\n"
        "from autograd.rules.operation import NEAR_0, op\n"
        "rule = lambda maths, x: (x * x * x, (3.0 * x * x,))\n"
        "rule.__name__ = 'cube'\n"
        "op(smooth_on=[(NEAR_0,)])(rule)\n"
        "importlib.reload(autograd)\n"
        "from autograd import *\n"
        "assert cube(2.0) == 8.0 and grad(cube)(2.0) == 12.0 and 'cube' in autograd.__all__\n"
        "assert (cube.glyph, cube.role, dot.glyph, dot.role) == ('cube', 'unary', 'w · x', 'dot')\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


@PACKAGES
def test_every_export_is_listed_once_in_order_and_there(package):
    module = importlib.import_module(package)
    assert sorted(set(module.__all__)) == sorted(module.__all__)
    for name in module.__all__:
        found = getattr(module, name)
        assert inspect.getdoc(found), f"{package}.{name} has no docstring"
    assert module.__doc__
    assert (ROOT / package / "py.typed").exists()


@PACKAGES
def test_nothing_else_is_public(package):
    module = importlib.import_module(package)
    beside = {
        name
        for name, what in vars(module).items()
        if not name.startswith("_") and not isinstance(what, ModuleType) and name not in module.__all__
    }
    assert beside <= {"annotations", "TYPE_CHECKING", "Any", "import_module", "ModuleType"}


def test_a_module_never_hides_the_function_of_its_name():
    program = (
        "import autograd.explain, autograd.functional.gradcheck, autograd.compile.frontend.trace, types, autograd\n"
        "from autograd.compile import take\n"
        "from autograd import explain, gradcheck, compile\n"
        "assert not any(isinstance(x, types.ModuleType) for x in (explain, gradcheck, compile, autograd.compile))\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_an_unknown_name_is_refused():
    with pytest.raises(AttributeError, match="no attribute 'gradient'"):
        autograd.gradient


# --------------------------------------------------------------- methods, written from the table
INFIX = {"add": "add", "subtract": "sub", "multiply": "mul", "divide": "truediv", "power": "pow"}
METHODS = {name: op for name, op in TABLE.items() if not op.groups and (not op.stops_at_zero or name == "detach")}


def declared():
    """Return the inputs of each method, by its name."""
    methods = {name: getattr(Value, name) for name in vars(Methods)}
    return {name: inspect.signature(x).parameters for name, x in methods.items() if inspect.isfunction(x)}


def names_of(name):
    if name in INFIX:
        return [f"__{INFIX[name]}__", f"__r{INFIX[name]}__"]
    return {"negative": ["__neg__"], "abs": ["abs", "__abs__"]}.get(name, [name])


def test_every_method_derived_from_the_table_is_declared_and_no_other():
    assert set(declared()) == {"__pos__", *(method for name in METHODS for method in names_of(name))}


def test_what_is_written_from_the_table_is_what_the_table_says_today():
    assert generate.FILE.read_text(encoding="utf-8") == generate.methods(), (
        "the table of operations has changed: run python -m autograd.rules.generate"
    )


def test_methods_have_source_that_a_debugger_can_show():
    for name in METHODS:
        methods = names_of(name)
        for method in methods:
            source = inspect.getsource(getattr(Value, method))
            assert "ops." in source or any(f".{other}(" in source for other in methods if other != method)
    assert "node._data = x * y" in inspect.getsource(Value.__mul__)


def test_a_method_not_yet_written_may_be_lent_to_another_class():
    lend = """
from autograd import Value
from autograd.recording.methods import Methods
class Lent:
    tanh = vars(Methods)["tanh"]
print(Value(0.0).tanh().data)
"""
    assert subprocess.run([sys.executable, "-c", lend], capture_output=True, text=True).stdout == "0.0\n"


@pytest.mark.parametrize("name", METHODS)
def test_methods_exist_take_what_is_declared_and_do_what_the_function_does(name):
    op = METHODS[name]
    low, high = op.smooth_on[0][0]
    inputs = [low + 0.75 * (high - low)] * (op.arity - len(op.defaults))
    for method in names_of(name):
        arguments = declared()[method]
        assert len(arguments) == op.arity
        assert [x.default for x in arguments.values() if x.default is not x.empty] == list(op.defaults)
        node = getattr(Value(inputs[0]), method)(*inputs[1:])
        assert (node.op, node.data) == (op, op(*inputs))
    assert inspect.getdoc(getattr(Value, names_of(name)[0])) == inspect.getdoc(op.rule)
    if name not in INFIX and name != "negative":
        assert pickle.loads(pickle.dumps(getattr(Value, name))) is getattr(Value, name)
    assert type(op(*inputs)) is float


# --------------------------------------------------------------------------- what is loaded when
def test_compiling_for_numpy_loads_no_optional_library():
    program = (
        "import sys, autograd.compile as c, nn, viz; from autograd import Value, compile\n"
        "w = Value(2.0); compile(lambda x: w * x[0] * x[0], parameters=[w])([3.0])\n"
        "optional = {'jax', 'llvmlite', 'matplotlib', 'sklearn', 'safetensors', 'tqdm', 'IPython', 'onnx'}\n"
        "print(*sorted(optional & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == ""


def test_import_autograd_loads_no_third_party_module():
    program = (
        "import sys; before = set(sys.modules)\n"
        "import autograd\n"
        "print(*{name.partition('.')[0] for name in set(sys.modules) - before} - set(sys.stdlib_module_names))\n"
    )
    loaded = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True)
    assert loaded.stdout.split() == ["autograd"]


def test_a_users_type_checker_knows_what_comes_out():
    program = str(Path(__file__).with_name("typed_program.py"))
    for command in (["-m", "mypy", "--strict", program], ["-m", "tests.house.typed_program"]):
        ended = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stdout + ended.stderr
