"""The window that tests itself: passes when all is well, and says what is not."""

from __future__ import annotations

import json
import socket

import pytest

from ecgtwin_app.formats.registry import read_ecg
from ecgtwin_app.ui.dialogs import manual
from ecgtwin_app.ui.window import self_test

pytest_plugins = ("ui_fixtures",)


@pytest.fixture
def tried(window, qtbot, tmp_path, monkeypatch):
    """Runs the self-test of a window; the exit status and the report."""

    def run(**options):
        ended = []
        monkeypatch.setattr(self_test.QApplication, "exit", ended.append)
        test = self_test.SelfTest(window, tmp_path / "out", **options)
        test.start()
        qtbot.waitUntil(lambda: bool(ended))
        return ended[0], json.loads((tmp_path / "out" / self_test.REPORT).read_text("utf-8"))

    return run


def test_it_makes_a_twin_a_map_a_page_and_a_record(tried, window, tmp_path):
    status, report = tried()
    assert status == 0 and report["passed"], report
    assert list(report["seconds"])[:3] == ["opening the example", "making a twin", "making a heat map"]
    assert (tmp_path / "out" / self_test.PAGE).read_bytes().startswith(b"%PDF-")
    (header,) = (tmp_path / "out" / self_test.TWINS).glob("*.hea")
    assert read_ecg(header).synthetic
    assert not window.isVisible()


def test_a_manual_without_a_picture_is_named(tried, tmp_path, monkeypatch):
    page = tmp_path / "index.md"
    page.write_text("# Manual\n\n![What it shows](../pictures/en/lost.png)\n", "utf-8")
    monkeypatch.setattr(manual, "page_path", lambda _: page)
    status, report = tried()
    assert status == 1
    assert report["failure"] == "opening the manual: The manual has lost ../pictures/en/lost.png."


def test_an_engine_that_fails_is_named(tried, engine):
    def refuse(*_):
        raise RuntimeError("no weights")
        yield

    engine.iter_generate = refuse
    status, report = tried()
    assert status == 1 and not report["passed"]
    assert report["failure"].startswith("making a twin: ") and "RuntimeError" in report["failure"]


def test_a_step_that_never_ends_is_named(tried, engine):
    engine.gate.clear()
    status, report = tried(limit=3.0)
    engine.gate.set()
    assert status == 1
    assert "longer than 3 s" in report["failure"]


def test_a_twin_that_is_written_otherwise_than_shown_is_found(tried, monkeypatch):
    def louder(path):
        read = read_ecg(path)
        read.signal[:] *= 1.5
        return read

    monkeypatch.setattr(self_test, "read_ecg", louder)
    status, report = tried()
    assert status == 1 and "does not hold the twin" in report["failure"]


@pytest.mark.sockets
def test_reaching_for_the_network_fails(tried, engine):
    plain = engine.iter_generate

    def phones_home(*args):
        with socket.socket() as there:
            there.settimeout(0.01)
            there.connect_ex(("127.0.0.1", 9))
        yield from plain(*args)

    engine.iter_generate = phones_home
    status, report = tried()
    assert status == 1 and "network" in report["failure"]


def test_the_same_folder_is_used_again(tried, tmp_path):
    """What a former self-test left there goes, and nothing else."""
    out, twins = tmp_path / "out", tmp_path / "out" / self_test.TWINS
    twins.mkdir(parents=True)
    for path in (out / self_test.REPORT, out / self_test.PAGE, out / "notes.txt", twins / "twins.json"):
        path.write_text("{}")
    status, report = tried()
    assert status == 0 and report["passed"], report
    assert (out / "notes.txt").read_text() == "{}" and (twins / "twins.json").read_text() != "{}"


def test_a_folder_of_twins_that_is_not_a_self_tests_is_left_alone(tried, tmp_path):
    twins = tmp_path / "out" / self_test.TWINS
    twins.mkdir(parents=True)
    (twins / "twins.json").write_text("{}")
    status, report = tried()
    assert status == 1 and "already holds twins" in report["failure"]
    assert (twins / "twins.json").read_text() == "{}"
