"""Build the documentation's site: python docs/site/build_site.py [--out dist/site]

pip install -e ".[docs]" first. A link that leads nowhere, a picture that is missing, a docstring that cannot be parsed or
anything that a page would fetch from elsewhere fails. The site is opened from its folder (index.html); no server and no network.
"""

from __future__ import annotations

import argparse
import re
import shutil
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
_START = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url=docs/index.html">\n'
#: What a browser loads by itself; a link that somebody may follow is something else.
_FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=\"((?:https?:)?//[^\"]+)"
    r"|<link\b(?=[^>]*rel=\"(?:stylesheet|icon|preload|preconnect)\")[^>]*href=\"((?:https?:)?//[^\"]+)"
)
_IN_STYLES = re.compile(r"(?:url\(|@import\s+)[\"']?((?:https?:)?//[^\"')]+)")


def fetched_from_elsewhere(site: Path) -> list[str]:
    """Addresses outside the site that its pages or styles would load, each behind its file."""
    found = []
    for path in sorted(site.rglob("*")):
        pattern = {".html": _FETCHED, ".css": _IN_STYLES}.get(path.suffix)
        if pattern is not None:
            hits = pattern.finditer(path.read_text("utf-8"))
            found += [f"{path.relative_to(site)}: {next(filter(None, hit.groups()))}" for hit in hits]
    return found


def say_language(site: Path) -> None:
    """Pages of the manual say which language they are in, for whoever hears them."""
    for folder in (site / "resources" / "manual").glob("*"):
        for path in folder.glob("*.html"):
            text = path.read_text("utf-8")
            path.write_text(text.replace(' lang="en"', f' lang="{folder.name}"', 1), "utf-8")


def build(out: Path) -> int:
    """Build into an empty folder; the exit status."""
    from sphinx.cmd.build import build_main  # here, so that the tests need no Sphinx

    shutil.rmtree(out, ignore_errors=True)
    with tempfile.TemporaryDirectory() as work:
        options = ["-q", "-b", "html", "-W", "--keep-going", "-c", str(HERE), "-d", work]
        status = build_main([*options, str(ROOT), str(out)])
    (out / "index.html").write_text(_START, "utf-8")
    say_language(out)
    (out / ".buildinfo").unlink(missing_ok=True)
    elsewhere = fetched_from_elsewhere(out)
    for line in elsewhere:
        print(f"fetched from elsewhere: {line}")
    return status or int(bool(elsewhere))


def main() -> int:
    """Build, and say how large and how long."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=ROOT / "dist" / "site")
    out = parser.parse_args().out.resolve()
    started = time.monotonic()
    status = build(out)
    pages = len(list(out.rglob("*.html")))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    print(f"{out}: {pages} pages, {size / 1e6:.1f} MB, {time.monotonic() - started:.0f} s, status {status}")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
