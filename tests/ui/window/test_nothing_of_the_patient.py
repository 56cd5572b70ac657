"""A day's work with a known patient: what the program leaves on the disk is searched byte for byte for identifiers."""

import logging
import re
import zlib
from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from synthetic_ecg import strip
from ui_window import generate, idle

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.formats.registry import write_ecg
from ecgtwin_app.report.export import write_pdf, write_png, write_svg
from ecgtwin_app.session.request_json import write_presets
from ecgtwin_app.ui.commands.opening import open_path
from ecgtwin_app.ui.commands.saving import write
from ecgtwin_app.ui.jobs import controller
from ecgtwin_app.ui.window import app
from ecgtwin_app.ui.window.main_window import MainWindow

pytest_plugins = ("ui_fixtures",)
SECRETS = ("Zaphod", "Beeblebrox", "4711-XY", "1961-03-17", "19610317")


@pytest.fixture
def work(qtbot, engine, recognised, monkeypatch, tmp_path):
    """A window of its own with settings, recovery and log in one folder, and a known patient open."""
    monkeypatch.setattr(controller, "shown_by", lambda recording: recognised)
    monkeypatch.setattr(app, "user_log_dir", lambda *_: str(tmp_path / "left" / "log"))
    logger = logging.getLogger("ecgtwin_app")
    before = list(logger.handlers)
    app._start_log()
    recording = replace(strip(seconds=10)[0], patient=Patient(52.0, "M", "Zaphod Beeblebrox", "4711-XY"))
    recording = replace(recording, recorded="1961-03-17 09:30:00")
    path = write_ecg(recording, tmp_path / "in" / "a.dcm", keep_identity=True)
    assert any(secret.encode() in path.read_bytes() for secret in SECRETS), "it would be found"
    store = QSettings(str(tmp_path / "left" / "settings.ini"), QSettings.Format.IniFormat)
    window = MainWindow(lambda: engine, store, tmp_path / "left" / "recovery")
    qtbot.addWidget(window)
    window.show()
    open_path(window.workbench, path)
    qtbot.waitUntil(lambda: window.workbench.session.reference is not None and idle(window))
    yield window
    window.close_now()
    for handler in set(logger.handlers) - set(before):
        logger.removeHandler(handler)


def _plain(data: bytes) -> bytes:
    """A file with its packed streams unpacked: of a PDF, a PNG, a zip."""
    found = [data]
    for at in (match.start() for match in re.finditer(rb"x[\x01\x5e\x9c\xda]", data)):
        try:
            found.append(zlib.decompressobj().decompress(data[at:], 4_000_000))
        except zlib.error:
            continue
    return b"\n".join(found)


def test_nothing_that_is_left_names_the_patient(work, qtbot, tmp_path):
    bench, left = work.workbench, tmp_path / "left"
    assert "Beeblebrox" in bench.session.reference.patient.name
    generate(work, qtbot, samples=2)
    logging.getLogger("ecgtwin_app").error("x", exc_info=ValueError(bench.session.reference.patient.name))
    bench.autosave.save()
    write(bench, left / "a.ecgtwin")
    bench.jobs.files.save_twins(left / "twins")
    qtbot.waitUntil(
        lambda: bench.parts.page_view.up_to_date and idle(work) and not bench.autosave.worker.busy
    )
    for suffix, save in ((".pdf", write_pdf), (".png", write_png), (".svg", write_svg)):
        save(left / f"page{suffix}", bench.parts.page_view.page)
    write_presets(left / "presets.json", [("mine", bench.session.request)])
    for suffix in (".hea", ".dcm", ".edf", ".xml", ".csv", ".npz"):
        write_ecg(bench.session.reference, left / f"reference{suffix}")
    bench.settings.sync()
    files = [path for path in left.rglob("*") if path.is_file()]
    for name in ("settings.ini", "ecgtwin.log", "a.ecgtwin", "twins.json", "page.pdf", "presets.json"):
        assert name in [path.name for path in files]
    assert any(path.parent.name == "recovery" and path.suffix == ".ecgtwin" for path in files)
    for path in files:
        data = _plain(path.read_bytes())
        for secret in SECRETS:
            for encoding in ("utf-8", "utf-16-le"):
                assert secret.encode(encoding) not in data, f"{secret} in {path.name}"
