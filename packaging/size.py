"""How large the packaged application is, part by part: `packaging/size FOLDER`."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

#: Part: the beginnings of its places in the folder. What is nobody's here lies beside them by name.
_PARTS = {
    "torch": ("torch",),
    "ONNX Runtime": ("onnxruntime",),
    "Qt": ("PySide6", "shiboken6"),
    "NumPy": ("numpy", "numpy.libs"),
    "SciPy": ("scipy", "scipy.libs"),
    "weights": ("weights",),
    "resources": ("resources",),
    "Python": ("python3", "base_library.zip", "libpython3", "lib-dynload"),
    "libsndfile": ("_soundfile_data",),
    "licences": ("licences", "LICENSE", "NOTICE", "sbom.cdx.json", "SHA256SUMS"),
    "programs and modules": ("ecgtwin", "ECGTwin Desktop"),
}
_SYSTEM = "libraries of the system"
_OTHER = "other packages"


def sizes(folder: Path) -> Counter[str]:
    """Bytes of each part of an application."""
    counted: Counter[str] = Counter()
    for path in folder.rglob("*"):
        if path.is_file() and not path.is_symlink():
            counted[_part(path.relative_to(folder))] += path.stat().st_size
    return counted


def _part(place: Path) -> str:
    names = place.parts[1:] if place.parts[0] == "_internal" else place.parts
    for part, beginnings in _PARTS.items():
        for beginning in beginnings:
            whole = names[0] == beginning or names[0].split("-")[0] == beginning
            if (
                whole
                or (beginning[-1].isdigit() and names[0].startswith(beginning))
                or names[0] == f"{beginning}.exe"
            ):
                return part
    is_library = len(names) == 1 and (".so" in names[0] or names[0].endswith((".dll", ".dylib")))
    return _SYSTEM if is_library else _OTHER


def table(counted: Counter[str]) -> list[str]:
    """The largest part first, in millions of bytes, and the sum."""
    rows = [*counted.most_common(), ("all", counted.total())]
    return [f"{part:<26}{size / 1e6:>8.1f} MB" for part, size in rows]


def main() -> int:
    """Print the table; returns 1 where the whole is larger than `--most`."""
    parser = argparse.ArgumentParser(prog="packaging/size", description="Size of an application by part.")
    parser.add_argument("folder", type=Path, help="the folder that packaging/build made")
    parser.add_argument("--most", type=float, metavar="MB", help="end with 1 where it is larger")
    options = parser.parse_args()
    if not options.folder.is_dir():
        parser.error(f"there is no folder {options.folder}")
    counted = sizes(options.folder)
    print(*table(counted), sep="\n")
    if options.most is not None and counted.total() > options.most * 1e6:
        print(f"Larger than {options.most:g} MB.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
