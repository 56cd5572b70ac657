"""Where tests that drive the window leave how long they found its event loop held."""

import pytest

#: Milliseconds by the names of the tests.
HELD = pytest.StashKey[dict[str, float]]()
