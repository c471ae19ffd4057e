"""What stands in for a sign where there is only ASCII."""

import pytest

from autograd.explain.encoding import BRAILLE, plain

SIGNS = {
    "a": "a", "é": "e", "Å": "A", "ﬁ": "fi", "½": "1/2", "²": "2", "₁": "1", "⁽": "(", "−": "-", "∂": "d", "√": "sqrt ",
    "α": "alpha", "ά": "alpha", "ϐ": "beta", "ς": "sigma", "Ω": "Omega", "Ώ": "Omega", "η": "eta", "ϑ": "theta",
    "字": "?", "я": "?", "\u0301": "?", "\ud800": "?", "█": "#", "→": "->", "≤": "<=", "“": '"', "°": " deg",
}  # fmt: skip


@pytest.mark.parametrize(("sign", "there"), SIGNS.items(), ids=[f"{ord(sign):x}" for sign in SIGNS])
def test_a_sign_is_told_by_its_letters(sign, there):
    assert plain(sign) == there


def test_cells_of_braille_are_dots_where_their_dots_are():
    """Dots 1, 2, 4 and 5 are the upper ones, 3, 6, 7 and 8 the lower."""
    for code in BRAILLE:
        dots = {k + 1 for k in range(8) if (code - 0x2800) >> k & 1}
        upper, lower = bool(dots & {1, 2, 4, 5}), bool(dots & {3, 6, 7, 8})
        assert (
            plain(chr(code))
            == {(False, False): " ", (False, True): ".", (True, False): "'", (True, True): ":"}[upper, lower]
        )
