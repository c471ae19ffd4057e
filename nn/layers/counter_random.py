"""Random numbers by counter: number `i` of a stream is a function of the stream's key and of `i`, and of nothing else.

So a pass that is computed again, or compiled to arrays, sees the same numbers.  The function is splitmix64's output
(Steele, Lea and Flood 2014) at state key + (i + 1) · 0x9E3779B97F4A7C15, all modulo 2⁶⁴:

    z ^= z >> 30;  z *= 0xBF58476D1CE4E5B9;  z ^= z >> 27;  z *= 0x94D049BB133111EB;  z ^= z >> 31

and its upper 53 bits, divided by 2⁵³, are a float in [0, 1).  It is the same for Python's integers and for arrays of
NumPy's uint64.  A stream's key is made of a seed and of the layer's path, so that no two layers share masks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

BITS: Final = (1 << 64) - 1
GOLDEN: Final = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _mixed(z: Any) -> Any:
    z = ((z ^ (z >> 30)) * FIRST) & BITS
    z = ((z ^ (z >> 27)) * SECOND) & BITS
    return z ^ (z >> 31)


@cache
def stream_key(seed: int, path: str) -> int:
    """Return the 64-bit key of the stream that belongs to a seed and a layer's path."""
    key: int = _mixed(seed & BITS)
    for byte in path.encode():
        key = _mixed(((key ^ byte) + GOLDEN) & BITS)
    return key


def uniform(key: int, counter: Any) -> Any:
    """Return number `counter` of the stream, a float in [0, 1); of an array of counters in NumPy's uint64, an array."""
    return (_mixed(((counter + 1) * GOLDEN + key) & BITS) >> 11) * 2.0**-53


def uniforms(key: int, start: int, count: int) -> Floats:
    """Return numbers `start` to `start + count` of the stream as a NumPy array."""
    import numpy as np

    numbers: Floats = uniform(key, np.arange(start, start + count, dtype=np.uint64))
    return numbers
