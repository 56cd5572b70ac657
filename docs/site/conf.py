"""How the site is built: docs/site/build_site.py, which ends with 1 where a link leads nowhere.

The source folder is the whole repository, so that one page is the same here and on the forge, links and all.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT), str(HERE)]

from ecgtwin_app import __version__

project = "ECGTwin Desktop"
author = "the ECGTwin Desktop authors"
project_copyright = "the ECGTwin Desktop authors, Apache License 2.0"
version = release = __version__
language = "en"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "site_parts"]
root_doc = "docs/index"
include_patterns = [
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "README.md",
    "docs/*.md",
    "docs/adr/*.md",
    "docs/site/*.md",
    "packaging/README.md",
    "resources/manual/*/*.md",
    "weights/MODEL_CARD.md",
]
# Folders that need not be walked.
exclude_patterns = [
    ".*",
    "dist",
    "build",
    "benchmarks",
    "ecgtwin_app",
    "tests",
    "**/__pycache__",
    "**/*.egg-info",
]

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4

# A name in single backticks is code, as in the comments; few of them are a page of their own.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_preserve_defaults = True
napoleon_google_docstring = False
napoleon_use_ivar = True
napoleon_use_rtype = False

html_theme = "furo"
html_title = "ECGTwin Desktop"
html_favicon = "../../resources/icons/ecgtwin.svg"
html_logo = "../../resources/icons/ecgtwin.svg"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
pygments_style = "friendly"
