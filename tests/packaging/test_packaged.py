"""What the packaged application is made of, as far as that can be told without building it."""

from __future__ import annotations

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from importlib.util import find_spec
from pathlib import Path
from xml.etree import ElementTree

import pytest
from places import ROOT

from ecgtwin_app import TwinEngine, TwinRequest, read_ecg
from ecgtwin_app.formats.example import example_path
from ecgtwin_app.recognition.weights import read_recogniser
from ecgtwin_app.session.course import SUFFIX as COURSE_SUFFIX
from ecgtwin_app.session.session_file import SUFFIX as SESSION_SUFFIX

sys.path.insert(0, str(ROOT / "packaging"))
import build, collecting, licences, linux, parts, signing, size  # noqa: I001

DESKTOP = ROOT / "packaging" / "linux"


@pytest.fixture
def application(tmp_path):
    """A folder that looks like one that PyInstaller made."""
    folder = tmp_path / "made" / "ecgtwin"
    for name, content in (
        ("ecgtwin", b"#!/bin/sh\necho 0.1.0\n"),
        ("_internal/torch/lib/libtorch_cpu.so", bytes(4000)),
        ("_internal/numpy.libs/libopenblas.so", bytes(300)),
        ("_internal/PySide6/Qt/lib/libQt6Core.so.6", bytes(500)),
        ("_internal/libX11.so.6", bytes(70)),
        ("_internal/weights/ensemble.safetensors", bytes(100)),
        ("_internal/NOTICE", b"notice\n"),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "ecgtwin").chmod(0o755)
    (folder / "_internal/libQt6Core.so.6").symlink_to("PySide6/Qt/lib/libQt6Core.so.6")
    return folder


@pytest.mark.parametrize(
    ("place", "dropped"),
    [
        ("torch/test/data.bin", True),
        ("torch/bin/protoc", True),
        ("torch/bin/torch_shm_manager", False),
        ("torch/lib/libtorch_cpu.so", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", True),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
        ("PySide6/plugins/imageformats/qwebp.dll", True),
        ("PySide6/plugins/imageformats/qsvg.dll", False),
        ("PySide6\\plugins\\tls\\qschannelbackend.dll", True),
        ("PySide6/Qt/translations/qtbase_de.qm", False),
        ("PySide6/Qt/translations/qtbase_fr.qm", True),
        ("pydicom/data/test_files/waveform_ecg.dcm", False),
        ("pydicom/data/test_files/CT_small.dcm", True),
        ("resources/words/de.po", False),
    ],
)
def test_what_is_never_called_stays_behind(place, dropped):
    assert all(parts.is_dropped(place, edition) is dropped for edition in parts.EDITIONS)


def test_weights_that_only_torch_reads_travel_with_torch():
    places = [path.relative_to(ROOT).as_posix() for path in (ROOT / "weights").rglob("*")]
    left = [place for place in places if parts.is_dropped(place, "standard")]
    assert {"weights/rhythm.safetensors", "weights/recogniser.safetensors"} <= set(left)
    assert not any(parts.is_dropped(place, "research") for place in places)


def test_without_them_a_twin_is_made_and_a_recording_recognised(tmp_path):
    weights = tmp_path / "weights"

    def left(folder, names):
        place = Path("weights") / Path(folder).relative_to(ROOT / "weights")
        return [name for name in names if parts.is_dropped((place / name).as_posix(), "standard")]

    shutil.copytree(ROOT / "weights", weights, ignore=left)
    assert not (weights / "rhythm.safetensors").exists() and (weights / "ensemble.safetensors").exists()
    engine = TwinEngine.load(weights, "cpu", backend="onnx")
    request = TwinRequest(("atrial fibrillation",), rhythm="learned", steps=1, shows=())
    assert engine.generate(read_ecg(example_path()), request)[0].recording.synthetic
    assert read_recogniser(weights, "onnx").labels


def test_only_the_standard_edition_leaves_torch_out_and_none_onnx_runtime():
    assert {"torch", "captum"} <= set(parts.left_out("standard"))
    assert not {"torch", "captum"} & set(parts.left_out("research"))
    for edition in parts.EDITIONS:
        assert "onnxruntime" not in parts.left_out(edition)
        assert {"matplotlib", "pandas", "sympy", "networkx"} <= set(parts.left_out(edition))


def test_only_rooms_that_need_a_source_tree_stay_behind():
    rooms = {f"ecgtwin_app.{path.parent.name}" for path in (ROOT / "ecgtwin_app").glob("*/__init__.py")}
    assert {room for room in rooms if not parts.is_packaged(room)} == {
        "ecgtwin_app.training",
        "ecgtwin_app.evaluation",
    }


def test_nothing_that_is_packaged_imports_what_stays_behind():
    """Seen by the import system itself: everything else is imported while those modules cannot be."""
    script = (
        "import sys, importlib, pkgutil\n"
        "sys.path.insert(0, 'packaging')\n"
        "import parts, ecgtwin_app\n"
        "left = parts.left_out('research')\n"
        "class Left:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if any(name == one or name.startswith(one + '.') for one in left):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Left())\n"
        "names = [m.name for m in pkgutil.walk_packages(ecgtwin_app.__path__, 'ecgtwin_app.', onerror=lambda n: None)]\n"
        "for name in filter(parts.is_packaged, names):\n"
        "    if not name.endswith('__main__'): importlib.import_module(name)\n"
        "import scipy.io, pydicom, soundfile\n"
        "from scipy.io import loadmat\n"
        "print(len(names))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 300


def test_captum_is_used_without_matplotlib():
    """The hook of the research edition, with the installed packages in place of the application's."""
    packages = Path(find_spec("captum").origin).parents[1]
    script = (
        "import sys\n"
        f"sys._MEIPASS = {str(packages)!r}\n"
        "exec(open('packaging/captum_alone.py').read())\n"
        "from captum.attr import IntegratedGradients\n"
        "import torch\n"
        "method = IntegratedGradients(lambda x: (3 * x).sum(1))\n"
        "print(method.attribute(torch.ones(1, 2), n_steps=8).tolist(), 'matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[[3.0, 3.0]] False"


def test_the_size_is_told_part_by_part(application):
    counted = size.sizes(application)
    assert counted["torch"] == 4000 and counted["NumPy"] == 300 and counted["Qt"] == 500
    assert counted["weights"] == 100 and counted["libraries of the system"] == 70
    assert size.table(counted)[0].startswith("torch") and size.table(counted)[-1].startswith("all")


def test_an_application_that_is_too_large_fails(application, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["size", str(application), "--most", "0.001"])
    assert size.main() == 1
    assert "Larger than" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", ["size", str(application), "--most", "1"])
    assert size.main() == 0


def test_sums_name_every_file(application):
    build.write_sums(application)
    lines = (application / "SHA256SUMS").read_text().splitlines()
    assert f"{hashlib.sha256(bytes(100)).hexdigest()}  _internal/weights/ensemble.safetensors" in lines
    assert len(lines) == 7
    if shutil.which("sha256sum"):
        subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=application, check=True)


def test_the_archive_holds_the_folder(application, tmp_path):
    path = build.archive(application, tmp_path, "research", tmp_path)
    assert path.name.startswith(f"ecgtwin-{collecting.version(ROOT)}-") and "research" in path.name
    with tarfile.open(path) as tar:
        names = tar.getnames()
    assert any(name.endswith("/_internal/torch/lib/libtorch_cpu.so") for name in names)


def test_sessions_and_courses_are_opened_by_the_program_on_every_system():
    entry = configparser.ConfigParser(interpolation=None)
    entry.read(DESKTOP / f"{parts.IDENTIFIER}.desktop", "utf-8")
    kinds = set(entry["Desktop Entry"]["MimeType"].strip(";").split(";"))
    space = "{http://www.freedesktop.org/standards/shared-mime-info}"
    types = ElementTree.parse(DESKTOP / f"{parts.IDENTIFIER}.xml").getroot().findall(f"{space}mime-type")
    assert {one.get("type") for one in types} == kinds
    globs = {one.find(f"{space}glob").get("pattern") for one in types}
    assert globs == {f"*{SESSION_SUFFIX}", f"*{COURSE_SUFFIX}"}
    installer = (ROOT / "packaging/windows/ecgtwin.iss").read_text("utf-8")
    declared = collecting.macos_information()["UTExportedTypeDeclarations"]
    for suffix in (SESSION_SUFFIX, COURSE_SUFFIX):
        assert rf"Software\Classes\{suffix}\OpenWithProgids" in installer
        assert [
            one
            for one in declared
            if one["UTTypeTagSpecification"]["public.filename-extension"] == [suffix[1:]]
        ]


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs dpkg-deb")
def test_the_debian_package_installs_command_menu_and_icon(application, tmp_path):
    icons = tmp_path / "icons"
    icons.mkdir()
    (icons / "ecgtwin-48.png").write_bytes(b"png")
    path = linux.deb(application, tmp_path, "research", "0.1.0", icons)
    listed = subprocess.run(
        ["dpkg-deb", "--contents", path], capture_output=True, text=True, check=True
    ).stdout
    for name in (
        "./usr/bin/ecgtwin -> ../lib/ecgtwin/ecgtwin",
        "./usr/share/applications/org.ecgtwin.desktop.desktop",
        "./usr/share/mime/packages/org.ecgtwin.desktop.xml",
        "./usr/share/icons/hicolor/48x48/apps/ecgtwin.png",
    ):
        assert name in listed
    fields = subprocess.run(["dpkg-deb", "--field", path], capture_output=True, text=True, check=True).stdout
    assert "Package: ecgtwin-research\n" in fields and "Conflicts: ecgtwin\n" in fields
    unpacked = tmp_path / "unpacked"
    subprocess.run(["dpkg-deb", "--extract", path, unpacked], check=True)
    said = subprocess.run([unpacked / "usr/bin/ecgtwin"], capture_output=True, text=True, check=True)
    assert said.stdout == "0.1.0\n"


def test_an_appimage_without_its_tools_is_refused_in_a_sentence(application, tmp_path, monkeypatch):
    (tmp_path / "icons").mkdir()
    monkeypatch.setattr(linux.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="needs appimagetool, or mksquashfs"):
        linux.appimage(application, tmp_path / "x.AppImage", tmp_path)
    monkeypatch.setattr(linux.shutil, "which", lambda name: "/bin/true" if name == "mksquashfs" else None)
    monkeypatch.delenv("ECGTWIN_APPIMAGE_RUNTIME", raising=False)
    with pytest.raises(SystemExit, match="runtime of type 2"):
        linux.appimage(application, tmp_path / "x.AppImage", tmp_path)


@pytest.mark.skipif(shutil.which("mksquashfs") is None, reason="needs Debian's squashfs-tools")
def test_an_appimage_is_the_runtime_before_the_packed_application(application, tmp_path, monkeypatch):
    """Any program stands in for AppImage's runtime, which is no package of Debian's."""
    runtime = Path(shutil.which("true")).resolve()
    (tmp_path / "icons").mkdir()
    which = shutil.which
    monkeypatch.setattr(linux.shutil, "which", lambda name: None if name == "appimagetool" else which(name))
    monkeypatch.setenv("ECGTWIN_APPIMAGE_RUNTIME", str(runtime))
    path = linux.appimage(application, tmp_path / "x.AppImage", tmp_path)
    assert path.read_bytes().startswith(runtime.read_bytes()) and os.access(path, os.X_OK)
    listed = subprocess.run(
        ["unsquashfs", "-offset", str(runtime.stat().st_size), "-llnumeric", path],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "AppRun -> usr/lib/ecgtwin/ecgtwin" in listed
    assert "squashfs-root/org.ecgtwin.desktop.desktop" in listed and "squashfs-root/ecgtwin.svg" in listed
    unpacked = tmp_path / "unpacked"
    subprocess.run(
        [
            "unsquashfs",
            "-quiet",
            "-no-progress",
            "-offset",
            str(runtime.stat().st_size),
            "-dest",
            unpacked,
            path,
        ],
        check=True,
        capture_output=True,
    )
    assert _contents(unpacked / "usr" / "lib" / "ecgtwin") == _contents(application)
    said = subprocess.run([unpacked / "AppRun"], capture_output=True, text=True, check=True)
    assert said.stdout == "0.1.0\n"
    assert not (tmp_path / "AppDir").exists() and not (tmp_path / "AppDir.squashfs").exists()


def _contents(folder):
    """What lies in a folder: where links lead, who may run a file, and its bytes."""
    return {
        path.relative_to(folder): path.readlink()
        if path.is_symlink()
        else (os.access(path, os.X_OK), path.read_bytes())
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in")
def test_appimagetool_is_given_the_folder_and_the_runtime(application, tmp_path, monkeypatch):
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "icons").mkdir()
    (tools / "appimagetool").write_text('#!/bin/sh\necho "$1 $2" > "$4"\nls "$3" >> "$4"\n')
    (tools / "appimagetool").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("ECGTWIN_APPIMAGE_RUNTIME", "/a/runtime")
    told = linux.appimage(application, tmp_path / "x.AppImage", tmp_path).read_text().splitlines()
    assert told[0] == "--runtime-file /a/runtime"
    assert {"AppRun", "ecgtwin.svg", "org.ecgtwin.desktop.desktop", "usr"} <= set(told[1:])


def test_files_are_signed_only_by_who_is_named(tmp_path, monkeypatch):
    signed = []
    monkeypatch.setattr(signing.subprocess, "run", lambda command, check: signed.append(command))
    monkeypatch.delenv("ECGTWIN_SIGN_COMMAND", raising=False)
    signing.sign_file(tmp_path / "a.exe")
    assert signed == []
    monkeypatch.setenv("ECGTWIN_SIGN_COMMAND", 'signtool sign /n "An owner"')
    signing.sign_file(tmp_path / "a.exe")
    assert signed == [["signtool", "sign", "/n", "An owner", str(tmp_path / "a.exe")]]


def test_qt_and_libsndfile_have_their_licences_and_a_way_to_be_replaced():
    texts = ROOT / "packaging" / "texts"
    notice = (texts / "README.txt").read_text("utf-8")
    assert "How to replace these libraries" in notice
    for name, first in (("LGPL-3.0", "Version 3"), ("GPL-3.0", "Version 3"), ("LGPL-2.1", "Version 2.1")):
        assert first in (texts / f"{name}.txt").read_text("utf-8")[:300]
    assert set(licences._OWN_TEXTS) == {"pyside6_essentials", "shiboken6", "soundfile"}


@pytest.mark.skipif(os.name != "posix", reason="shell scripts")
@pytest.mark.parametrize("name", ["build", "smoke", "size"])
def test_the_commands_explain_themselves(name):
    done = subprocess.run([ROOT / "packaging" / name, "--help"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: packaging/{name}")
