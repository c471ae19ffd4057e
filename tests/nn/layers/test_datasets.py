"""Small data: the shapes they promise, the same for the same seed."""

import math
import sys

import pytest

from nn import datasets

MAKERS = {
    "moons": (datasets.moons, 2, {0, 1}),
    "circles": (datasets.circles, 2, {0, 1}),
    "spirals": (datasets.spirals, 2, {0, 1, 2}),
}


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("count", [7, 100])
def test_points_and_classes(name, count):
    make, width, classes = MAKERS[name]
    rows, kinds = make(count, seed=3)
    assert (rows, kinds) == make(count, seed=3)
    assert rows != make(count, seed=4)[0]
    assert len(rows) == len(kinds) == count
    assert {len(row) for row in rows} == {width}
    assert set(kinds) == classes
    sizes = [kinds.count(kind) for kind in classes]
    assert max(sizes) - min(sizes) <= 1
    assert kinds != sorted(kinds), "shuffled"
    with pytest.raises(ValueError, match="count must be"):
        make(1)
    with pytest.raises(ValueError, match="standard deviation"):
        make(10, noise=-1.0)


def test_shapes_without_noise():
    rows, kinds = datasets.moons(51, noise=0.0)
    for (x, y), kind in zip(rows, kinds, strict=True):
        center = (1.0, 0.5) if kind else (0.0, 0.0)
        assert math.dist((x, y), center) == pytest.approx(1.0)
        assert (y - center[1] >= -1e-9) != (kind == 1) or y == pytest.approx(center[1])
    rows, kinds = datasets.circles(50, noise=0.0)
    assert all(math.hypot(*row) == pytest.approx(0.5 if kind else 1.0) for row, kind in zip(rows, kinds, strict=True))
    assert len({tuple(row) for row in rows}) == 50
    rows, values = datasets.sine(11)
    assert [row[0] for row in rows] == pytest.approx([i / 5 - 1 for i in range(11)])
    assert values == pytest.approx([math.sin(3 * row[0]) for row in rows])
    assert datasets.xor() == ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0.0, 1.0, 1.0, 0.0])


def test_split():
    rows, wanted = list(range(10)), [10 * i for i in range(10)]
    train, train_wanted, held, held_wanted = datasets.split(rows, wanted, share=0.3, seed=1)
    assert len(held) == 3
    assert sorted(train + held) == rows
    assert [10 * i for i in train + held] == train_wanted + held_wanted
    assert datasets.split(rows, wanted, share=0.3, seed=1)[2] == held
    for share in (0.0, 0.01, 1.0, -1.0):
        with pytest.raises(ValueError, match="each side needs a row"):
            datasets.split(rows, wanted, share=share)
    with pytest.raises(ValueError, match="10 rows and 1 targets"):
        datasets.split(rows, [1])


def test_text_for_character_models():
    names = datasets.names()
    assert len(names) == len(set(names)) > 200
    assert all(name.isalpha() and name.islower() and name.isascii() for name in names)
    text = datasets.text()
    assert 1500 < len(text) < 2500
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz ,.:?\n")


def test_digits(monkeypatch):
    sklearn = pytest.importorskip("sklearn")
    assert sklearn
    rows, kinds = datasets.digits()
    assert (len(rows), len(rows[0]), set(kinds)) == (1797, 64, set(range(10)))
    assert min(map(min, rows)) == 0.0
    assert max(map(max, rows)) == 1.0
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(ImportError, match=r"pip install 'chainrule\[data\]'"):
        datasets.digits()
