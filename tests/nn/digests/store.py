"""Store the digests that the tests compare with: `python -m tests.nn.digests.store`, with AVX-512 and glibc."""

import json
import os

from tests.nn.digests.products import in_order
from tests.nn.digests.trainings import BY_LIBM, STORED, WIDTHS, as_on, digests, libm


def store():
    """Leave this machine's digests in the file."""
    os.environ["CHAINRULE_CACHE"] = "off"
    found = {"libm": libm(), "recorded": digests("recorded"), "in order": {}, "native": {}}
    with in_order():
        found["in order"] = {name: bits for name, bits in digests("numpy").items() if name not in BY_LIBM}
    for lanes, (cpu, _) in WIDTHS.items():
        with as_on(cpu, lanes):
            found["native"][str(lanes)] = digests("native")
    STORED.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    store()
