"""How much of the matrix is tried: SPEC_KITTY_CRASH_STRIDE and SPEC_KITTY_CRASH_START.

`all` tries every point, a number every so manyth, from the one that the other names; without it
a sample is tried.
"""

import os

# Read at once: tests run without the variables of the machine.
_SAID = os.environ.get("SPEC_KITTY_CRASH_STRIDE", "")
STRIDE = 1 if _SAID == "all" else int(_SAID or 0)
START = int(os.environ.get("SPEC_KITTY_CRASH_START", "0"))
