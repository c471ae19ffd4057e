"""Where NumPy is missing, recorded things work, and `fit` records what it would have compiled and says so once."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PROGRAM = """
import sys, warnings
sys.modules["numpy"] = None  # as if it were not installed
import autograd, nn, viz
rows, targets = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]] * 600, [0.0, 1.0, 1.0, 0.0] * 600
def train(backend, epochs):
    model = nn.MLP(2, [4, 1], seed=0)
    optimizer = nn.SGD(model.parameters(), learning_rate=0.1)
    count = 2400 if backend == "auto" else 64
    fit = dict(loss=nn.mean_squared_error, optimizer=optimizer, epochs=epochs, batch_size=32, backend=backend)
    return model, nn.fit(model, rows[:count], targets[:count], **fit)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    model, history = train("auto", 15)
    (warning,) = caught  # once, though machine code and NumPy were both tried
    print(warning.message)
    print(warning.filename)
    print(history.backend)
    print(len(nn.predict(model, rows)), len(caught))
for backend in ("numpy", "native"):
    try:
        train(backend, 1)
    except ImportError as error:
        print("numpy" in str(error))
print(len(nn.Embedding(5, 3, seed=0)(2)), autograd.take([1.0, 2.0], 1))
print(nn.softmax_cross_entropy([[1.0, 1.0]], [1]).data)
print(viz.draw(model(rows[0])), viz.steps(model(rows[0])), autograd.explain(model(rows[0]), model.parameters()[0]))
"""


def test_fit_records_and_says_so_once_and_recorded_layers_need_no_numpy(tmp_path):
    program = tmp_path / "mine.py"
    program.write_text(PROGRAM, encoding="utf-8")
    command = [sys.executable, "-X", "utf8", str(program)]
    ended = subprocess.run(command, env=os.environ | {"PYTHONPATH": str(ROOT)}, capture_output=True, encoding="utf-8")
    assert ended.returncode == 0, ended.stderr
    said, where, backend, predicted, *rest = ended.stdout.splitlines()
    assert said == "import of numpy halted; None in sys.modules; training goes on without compiling, so more slowly"
    assert where == str(program)
    assert backend == "recorded (import of numpy halted; None in sys.modules)"
    assert predicted == "2400 1"
    assert rest[:4] == ["True", "True", "3 2.0", "0.6931471805599453"]
