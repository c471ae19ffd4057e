"""Random numbers by counter: number `i` of a stream is a function of the stream's key and of `i`, and of nothing else.

So a pass that is computed again, or compiled to arrays, sees the same numbers.  The function is splitmix64's output
(Steele, Lea and Flood 2014) at state key + (i + 1) · 0x9E3779B97F4A7C15, all modulo 2⁶⁴:

    z ^= z >> 30;  z *= 0xBF58476D1CE4E5B9;  z ^= z >> 27;  z *= 0x94D049BB133111EB;  z ^= z >> 31

and its upper 53 bits, divided by 2⁵³, are a float in [0, 1).  `uniform` (Python integers) and `uniforms` (NumPy uint64)
agree to the bit.  A stream's key is made of a seed and of the layer's path, so that no two layers share masks.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[tuple[int], np.dtype[np.float64]]

BITS: Final = (1 << 64) - 1
GOLDEN: Final = 0x9E3779B97F4A7C15
FIRST, SECOND = 0xBF58476D1CE4E5B9, 0x94D049BB133111EB


def _mixed(z: int) -> int:
    z = ((z ^ (z >> 30)) * FIRST) & BITS
    z = ((z ^ (z >> 27)) * SECOND) & BITS
    return z ^ (z >> 31)


@cache
def stream_key(seed: int, path: str) -> int:
    """Return the 64-bit key of the stream that belongs to a seed and a layer's path."""
    key = _mixed(seed & BITS)
    for byte in path.encode():
        key = _mixed(((key ^ byte) + GOLDEN) & BITS)
    return key


def uniform(key: int, counter: int) -> float:
    """Return number `counter` of the stream, a float in [0, 1)."""
    return (_mixed((key + (counter + 1) * GOLDEN) & BITS) >> 11) * 2.0**-53


def uniforms(key: int, start: int, count: int) -> Floats:
    """Return numbers `start` to `start + count` of the stream as a NumPy array, bit for bit those of `uniform`."""
    import numpy as np

    z = np.arange(start + 1, start + 1 + count, dtype=np.uint64) * np.uint64(GOLDEN) + np.uint64(key)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
    z ^= z >> np.uint64(31)
    return (z >> np.uint64(11)).astype(np.float64) * 2.0**-53
