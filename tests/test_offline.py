"""Nothing opens a socket of the internet: the guard of every test finds what does, and the system ends whoever tries."""

from __future__ import annotations

import ctypes
import json
import signal
import socket
import subprocess
import sys

import pytest
from offline import kill_at_inet_sockets
from places import ROOT, SUPPORT

IN_CHILD = f"""
import sys
sys.path.insert(0, {str(SUPPORT)!r})
from offline import kill_at_inet_sockets
if not kill_at_inet_sockets():
    sys.exit(77)
"""


def test_a_socket_of_python_is_refused(guard):
    for family in (socket.AF_INET, socket.AF_INET6):
        with pytest.raises(AssertionError, match="reached for the network"):
            socket.socket(family)
    with pytest.raises(AssertionError, match="reached for the network"):
        socket.getaddrinfo("localhost", 80)
    assert guard.refused == ["socket.__new__", "socket.__new__", "socket.getaddrinfo"]
    guard.refused.clear()


def test_one_that_is_caught_fails_at_the_end(guard):
    guard.on = False  # that of this test; the same guard again, as a fixture of another test has it
    with pytest.raises(AssertionError, match=r"network \(socket.__new__\)"), guard.watching():
        try:
            socket.socket()
        except AssertionError:
            pass
    guard.refused.clear()


@pytest.mark.skipif(sys.platform != "linux", reason="libraries are watched on Linux")
def test_a_socket_of_a_library_is_found(guard):
    libc, opened = ctypes.CDLL(None), []
    guard.on = False
    with pytest.raises(AssertionError, match=r"a library opened 1 socket"), guard.watching():
        opened.append(libc.socket(int(socket.AF_INET), int(socket.SOCK_DGRAM), 0))
    assert libc.close(opened[0]) == 0


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the system has none")
def test_a_socket_of_this_machine_is_allowed():
    one, other = socket.socketpair(socket.AF_UNIX)
    one.close()
    other.close()


@pytest.mark.sockets
def test_a_test_that_says_so_may():
    with socket.socket() as there:
        there.bind(("127.0.0.1", 0))


def child(script: str, *arguments: str) -> subprocess.CompletedProcess:
    """Run a script that the system ends when it asks for a socket of the internet."""
    done = subprocess.run(
        [sys.executable, "-c", IN_CHILD + script, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    if done.returncode == 77:
        pytest.skip("this system filters no calls")
    return done


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_the_system_ends_who_asks_for_a_socket_from_whatever_code(family):
    script = (
        f"import ctypes, socket\nctypes.CDLL(None).socket(int(socket.{family}), int(socket.SOCK_STREAM), 0)"
    )
    assert child(script).returncode == -signal.SIGSYS


def test_the_whole_job_asks_the_system_for_no_socket(tmp_path):
    """The window, a twin, a map, a page and a record, with all libraries that they take; it would be ended."""
    script = "from ecgtwin_app.cli.main import main\nsys.exit(main(['--self-test', sys.argv[1]]))"
    done = child(script, str(tmp_path / "out"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads((tmp_path / "out" / "self-test.json").read_text("utf-8"))["passed"]


def test_a_system_that_filters_nothing_is_told(monkeypatch):
    monkeypatch.setattr("offline.platform.machine", lambda: "pdp11")
    assert kill_at_inet_sockets() is False
