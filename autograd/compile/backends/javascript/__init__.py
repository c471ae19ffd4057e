"""The array program in JavaScript, for pages that compute live in the browser.

source.py      a program as one function of θ and its gradient
structural.py  how each structural operation is written
places.py      loops over the elements of an array, and where they lie
operations.py  the operations of the table, an optimizer's rule, and the script that holds all parts
maths.js       the functions that JavaScript lacks
"""

from autograd.compile.backends.javascript.operations import Emitted, emit_update, script
from autograd.compile.backends.javascript.source import emit

__all__ = ["Emitted", "emit", "emit_update", "script"]
