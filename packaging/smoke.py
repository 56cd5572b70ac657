"""Try a packaged application under bad conditions: `packaging/smoke PATH`.

PATH is the folder that packaging/build made, its program, or an AppImage. It is copied into a folder with
spaces that nobody may write to, and run there without network and with an empty HOME: off screen and, where
there is Xvfb, in a window. It opens the example, makes a twin and a heat map, writes a PDF and WFDB
(`--self-test`), and the same by the command line. Ends with 0 when all of that works.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_LIMIT_SECONDS = 600
#: Who runs it when root tries it: nobody, for root may write everywhere.
_NOBODY = 65534


class Trial:
    """An application in its place, and how it is run there."""

    def __init__(self, source: Path, folder: Path):
        self.folder = folder
        place = folder / "a folder with spaces"
        place.mkdir()
        if source.is_dir():
            shutil.copytree(source, place / source.name, symlinks=True)
            self.program = place / source.name / ("ecgtwin.exe" if sys.platform == "win32" else "ecgtwin")
        else:
            self.program = Path(shutil.copy(source, place))
        self.has_torch = any(place.glob("*/_internal/torch"))
        self.before = _state(place)
        self.place = place
        for path in (place, *place.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode & ~0o222)
        self.without_network = _without_network()

    def run(self, *arguments: str, home: str, working: Path, **environment: str) -> str:
        """Run the application; its output. Ends the trial where it fails."""
        _make_writable_by_all(working)
        command = [*self.without_network, str(self.program), *arguments]
        began = time.perf_counter()
        done = subprocess.run(
            command,
            cwd=working,
            env={**_environment(), "HOME": home, **environment},
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_LIMIT_SECONDS,
            check=False,
        )
        seconds = time.perf_counter() - began
        print(f"{seconds:6.1f} s  status {done.returncode}  ecgtwin {' '.join(arguments)}", flush=True)
        if done.returncode != 0:
            raise SystemExit(f"It failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def check_untouched(self) -> None:
        """Nothing may have been written beside the program."""
        if _state(self.place) != self.before:
            raise SystemExit("The program wrote into its own folder.")


def _state(folder: Path) -> list[tuple[str, int]]:
    """Names and sizes of what lies in a folder."""
    return sorted((str(path.relative_to(folder)), path.lstat().st_size) for path in folder.rglob("*"))


def _environment() -> dict[str, str]:
    """Nothing of this session but what a system needs to start a program."""
    kept = ("PATH", "LANG", "SYSTEMROOT", "TEMP", "TMP", "WINDIR", "APPDATA", "LOCALAPPDATA", "USERPROFILE")
    return {name: value for name, value in os.environ.items() if name.upper() in kept}


def _without_network() -> list[str]:
    """What takes the network away from a command, and from root its rights; the self-test watches besides."""
    if sys.platform != "linux":
        return []
    nobody = []
    if os.geteuid() == 0:
        nobody = ["setpriv", f"--reuid={_NOBODY}", f"--regid={_NOBODY}", "--clear-groups"]
    for apart in (["unshare", "--net"], ["unshare", "--map-root-user", "--net"]):
        if subprocess.run([*apart, "true"], capture_output=True, check=False).returncode == 0:
            return [*apart, *nobody]
    print("No network namespaces here: only the program's own guard watches for sockets.")
    return nobody


def _make_writable_by_all(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    folder.chmod(0o777)


@contextmanager
def _display() -> Iterator[str | None]:
    """A display of Xvfb; None where there is no Xvfb."""
    if shutil.which("Xvfb") is None:
        yield None
        return
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1440x900x24", "-nolisten", "tcp", "-ac"],
        pass_fds=[write],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as number:
        display = number.readline().strip()
    try:
        yield f":{display}" if display else None
    finally:
        server.terminate()
        server.wait()


def check_self_test(folder: Path) -> None:
    """Print how long each step took; the status has told that all went well."""
    report = json.loads((folder / "self-test.json").read_text("utf-8"))
    if not report["packaged"]:
        raise SystemExit("This is no packaged application.")
    for name, seconds in report["seconds"].items():
        print(f"{'':8}{seconds:6.2f} s  {name}")
    for name in ("page.pdf", "twins/twins.json"):
        if not (folder / name).stat().st_size:
            raise SystemExit(f"{name} is empty.")


def main() -> int:
    """Run all trials; returns the exit status."""
    parser = argparse.ArgumentParser(prog="packaging/smoke", description="Try a packaged application.")
    parser.add_argument("path", type=Path, help="the folder of the application, its program, or an AppImage")
    source = parser.parse_args().path.resolve()
    if not source.exists():
        parser.error(f"there is no {source}")
    if source.name == "ecgtwin" and source.is_file():
        source = source.parent
    with tempfile.TemporaryDirectory(prefix="ecgtwin-smoke-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        trial = Trial(source, folder)
        home = folder / "home"
        _make_writable_by_all(home)
        off = {"QT_QPA_PLATFORM": "offscreen"}
        trial.run("--version", home=str(home), working=folder / "version")
        trial.run("--self-test", "out", home=str(home), working=folder / "off screen", **off)
        check_self_test(folder / "off screen" / "out")
        with _display() as display:
            if display is None:
                print("No Xvfb here: not tried in a window.")
            else:
                # HOME is empty in the other sense: settings and logs have nowhere to go.
                trial.run("--self-test", "out", home="", working=folder / "window", DISPLAY=display)
                check_self_test(folder / "window" / "out")
        _command_line(trial, str(home), folder / "command line", off)
        trial.check_untouched()
        for path in (trial.place, *trial.place.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | 0o200)
    print("All of it works.")
    return 0


def _command_line(trial: Trial, home: str, working: Path, environment: dict[str, str]) -> None:
    """The commands: each once, on the example."""
    for arguments in (
        ("generate", "example", "--condition", "left bundle branch block", "--picture", "--out", "twins"),
        # So many that another process of the same program shares them.
        ("generate", "example", "--condition", "LBBB", "--samples", "24", "--out", "many"),
        ("attribute", "example", "--condition", "PVC", "--out", "maps"),
        ("measure", "example", "--json"),
        ("recognise", "example"),
        ("convert", "example", "example.edf"),
        ("conditions",),
        ("cohort", str(working / "example.edf"), "--conditions", "PVC", "--per-condition", "1", "--processes", "2",
         "--out", "cohort"),
    ):  # fmt: skip
        trial.run(*arguments, home=home, working=working, **environment)
    if trial.has_torch:
        gradients = ("attribute", "example", "--condition", "PVC", "--method", "gradients")
        trial.run(*gradients, "--out", "gradients", home=home, working=working, **environment)


if __name__ == "__main__":
    sys.exit(main())
