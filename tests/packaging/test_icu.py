"""Qt's ICU with a tenth of its tables sorts names of files as before."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from places import ROOT

sys.path.insert(0, str(ROOT / "packaging"))
import icu

LIBRARIES = Path(find_spec("PySide6").submodule_search_locations[0]) / "Qt" / "lib"
SORT = """
from PySide6.QtCore import QCollator, QLocale
names = ["Zorn 10", "zorn 9", "Äpfel", "Birne", "Apfel", "Öl", "Ozean", "apfel", "Straße", "Strasse"]
for name in ("de_DE", "en_GB", "fr_FR"):
    collator = QCollator(QLocale(name))
    collator.setNumericMode(True)
    print(sorted(names, key=collator.sortKey))
print([line.split()[-1] for line in open("/proc/self/maps") if "libicudata" in line][0])
"""


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("coll/de_AT.res", True),
        ("coll/root.res", True),
        ("coll/res_index.res", True),
        ("coll/ucadata.icu", True),
        ("zone/pool.res", True),
        ("supplementalData.res", True),
        ("en.res", True),
        ("coll/zh.res", False),
        ("fr_CA.res", False),
        ("gb18030.cnv", False),
        ("brkitr/cjdict.dict", False),
        ("translit/root.res", False),
    ],
)
def test_tables_of_other_languages_and_of_what_nobody_asks_stay_behind(name, kept):
    assert icu.is_kept(name) is kept


@pytest.fixture
def library(tmp_path):
    found = [path for path in LIBRARIES.glob("libicudata.so.*") if not path.is_symlink()]
    if not found or shutil.which("ld") is None or shutil.which("objcopy") is None:
        pytest.skip("needs Qt with ICU, and binutils")
    return Path(shutil.copy(found[0], tmp_path))


def test_names_are_sorted_as_before_by_a_tenth_of_the_data(library, tmp_path):
    def sorted_names(**environment):
        done = subprocess.run(
            [sys.executable, "-c", SORT],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout.splitlines()

    *before, from_qt = sorted_names()
    size = library.stat().st_size
    icu.slim_library(library)
    assert library.stat().st_size < size / 8
    *after, slim = sorted_names(LD_LIBRARY_PATH=str(tmp_path))
    assert Path(slim) == library and Path(from_qt) != library
    assert after == before
    german = ast.literal_eval(after[0])
    assert german.index("Äpfel") < german.index("Birne") and german.index("zorn 9") < german.index("Zorn 10")
    # Without its tables Qt sorts by numbers of characters, and the above would not hold.
    library.write_bytes(library.read_bytes().replace(b"coll/ucadata.icu", b"coll/ucadatb.icu"))
    assert sorted_names(LD_LIBRARY_PATH=str(tmp_path))[0] != before[0]


def test_the_tables_that_stay_are_the_same_bytes(library):
    whole = library.read_bytes()
    before = icu.tables(whole[icu._beginning(whole) :])
    icu.slim_library(library)
    small = library.read_bytes()
    after = icu.tables(small[icu._beginning(small) :])
    assert 100 < len(after) < len(before) / 4
    assert all(table.rstrip(b"\0") == before[name].rstrip(b"\0") for name, table in list(after.items())[:-1])


def test_another_kind_of_library_is_refused_in_a_sentence(tmp_path):
    (tmp_path / "libicudata.so.99").write_bytes(b"\x7fELF" + bytes(1000))
    with pytest.raises(SystemExit, match="another kind"):
        icu.slim_library(tmp_path / "libicudata.so.99")
