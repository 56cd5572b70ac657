"""Where the source tree, its tests and the real recordings lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "ecgtwin_app"
SUPPORT = ROOT / "tests" / "support"
SHARED_DATA = ROOT.parent / "shared" / "data"
