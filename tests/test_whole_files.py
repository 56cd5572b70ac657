"""A disk that is full, a folder that cannot be written, a file that vanished: the former file stays, one sentence says it."""

import errno
import os
import stat
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from synthetic_ecg import strip
from ui_standin import StandInEngine

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import HeatMap, Twin, TwinRequest
from ecgtwin_app.engine.save import save_twins
from ecgtwin_app.engine.save_maps import save_heatmap
from ecgtwin_app.engine.save_table import write_table
from ecgtwin_app.formats.registry import open_ecg, write_ecg
from ecgtwin_app.i18n.words import install_language, translate
from ecgtwin_app.report.export import save_pdf, save_png, save_svg
from ecgtwin_app.session.course import Course, read_course, write_course
from ecgtwin_app.session.quiz_score import write_answers
from ecgtwin_app.session.request_json import read_presets, write_presets
from ecgtwin_app.session.session_file import SessionState, read_session, write_session
from ecgtwin_app.ui.jobs.autosave import Autosave
from ecgtwin_app.whole_files import why, write_whole

pytestmark = pytest.mark.usefixtures("qapp")
REFERENCE = strip(seconds=10)[0]
TWIN = next(one for one in StandInEngine().iter_generate(REFERENCE, TwinRequest()) if isinstance(one, Twin))
HEAT = HeatMap("contrast", np.ones((12, 5000)), True, "mV", True)
#: What writes a file, by the file's name.
WRITERS = {
    "a.ecgtwin": lambda path: write_session(path, SessionState(REFERENCE, twins=(TWIN,), current=0)),
    "a.ecgcourse": lambda path: write_course(path, Course("Round " * 20, ())),
    "presets.json": lambda path: write_presets(path, [("one", TwinRequest()), ("two", TwinRequest())]),
    "answers.csv": lambda path: write_answers(path, "case,answer\n" * 100),
    "table.csv": lambda path: write_table(path, REFERENCE, {"qrs": 90.0}, [(TWIN, {"qrs": 120.0})] * 9),
    "map.npz": lambda path: save_heatmap(HEAT, TWIN, path),
    "map.csv": lambda path: save_heatmap(HEAT, TWIN, path),
    "page.pdf": lambda path: save_pdf(path, REFERENCE, TWIN),
    "page.png": lambda path: save_png(path, REFERENCE, TWIN),
    "page.svg": lambda path: save_svg(path, REFERENCE, TWIN),
    **{f"twin{suffix}": lambda path: write_ecg(TWIN.recording, path)
       for suffix in (".hea", ".dcm", ".edf", ".xml", ".csv", ".npz")},
}  # fmt: skip


@contextmanager
def full_disk(free: int):
    """The system writes no file beyond so many bytes, as a disk without room: whoever writes, Qt and C included."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (free, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("name", WRITERS)
def test_on_a_full_disk_what_was_there_stays_and_nothing_half_written(tmp_path, name):
    WRITERS[name](tmp_path / name)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert min(map(len, before.values())) > 60
    with full_disk(60), pytest.raises(EcgError, match=r"cannot be written.*the file is too large.*\.$"):
        WRITERS[name](tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_twins_on_a_full_disk_are_whole_or_not_there(tmp_path):
    with full_disk(130_000), pytest.raises(EcgError, match="cannot be written"):
        save_twins([TWIN, TWIN], tmp_path / "out", "csv")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_folder_that_is_none_is_said(tmp_path, name):
    """As a folder without rights, which an administrator, as whom tests may run, can write all the same."""
    (tmp_path / "file").write_bytes(b"x")
    with pytest.raises(EcgError, match=r"cannot be written.*\.$"):
        WRITERS[name](tmp_path / "file" / name)


@pytest.mark.parametrize(
    ("number", "english", "german"),
    [
        (errno.ENOSPC, "the disk is full", "der Datenträger ist voll"),
        (errno.EROFS, "the disk is read-only", "der Datenträger ist schreibgeschützt"),
        (errno.EACCES, "the rights to it are missing", "die Rechte dafür fehlen"),
    ],
)
def test_why_is_said_in_both_languages(tmp_path, monkeypatch, number, english, german):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(EcgError) as caught:
        write_session(tmp_path / "a.ecgtwin", SessionState(REFERENCE))
    assert str(caught.value) == f"a.ecgtwin cannot be written ({english}); choose another folder."
    install_language("de")
    try:
        assert german in translate(caught.value.message) and english not in translate(caught.value.message)
    finally:
        install_language("en")
    assert list(tmp_path.iterdir()) == []


def test_what_is_rare_keeps_the_systems_words():
    assert why(OSError(errno.EXDEV, "Invalid cross-device link")) == "Invalid cross-device link"
    assert why(OSError()) == "OSError"


def test_a_write_that_is_interrupted_leaves_nothing(tmp_path, monkeypatch):
    def interrupt(*_):
        raise KeyboardInterrupt

    write_whole(tmp_path / "a", b"old")
    monkeypatch.setattr(os, "fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_whole(tmp_path / "a", b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


@pytest.mark.parametrize("read", [read_session, read_course, read_presets, open_ecg])
def test_a_file_that_vanished_is_said(tmp_path, read):
    with pytest.raises(EcgError, match=r"gone\.x.*\.$"):
        read(tmp_path / "gone.x")


def test_autosave_on_a_full_disk_says_so_once_and_keeps_what_it_had(qtbot, tmp_path):
    state = SessionState(REFERENCE)
    keeper, said = Autosave(tmp_path / "r", lambda: state), []
    keeper.failed.connect(said.append)
    keeper.touch()
    keeper.save()
    qtbot.waitUntil(lambda: keeper.path.exists() and not keeper.worker.busy)
    state = replace(state, twins=(TWIN,), current=0)
    with full_disk(1000):
        keeper.touch()
        keeper.save()
        qtbot.waitUntil(lambda: bool(said))
    QApplication.processEvents()
    (sentence,) = said
    assert sentence.startswith("Autosave is off: ") and "(the file is too large for the disk)" in sentence
    assert read_session(keeper.path).twins == ()
    keeper.stop()


@pytest.mark.skipif(os.name != "posix", reason="rights as on Unix")
@pytest.mark.parametrize("name", [name for name in WRITERS if name.startswith("twin")])
def test_a_recording_is_written_in_a_folder_for_the_user_alone_that_is_gone_afterwards(
    tmp_path, monkeypatch, name
):
    plain, rights = os.replace, []

    def put_in_place(source, target):
        if (folder := Path(source).parent) != tmp_path:
            rights.append(stat.S_IMODE(folder.stat().st_mode))
        plain(source, target)

    monkeypatch.setattr(os, "replace", put_in_place)
    WRITERS[name](tmp_path / name)
    assert rights and set(rights) == {0o700}
    assert all(path.name.startswith("twin") and path.is_file() for path in tmp_path.iterdir())
