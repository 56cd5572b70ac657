"""The guard of all tests: none may open a socket of the internet, by Python or by a library.

Python tells of its own sockets before they are made, and they are refused. Those of libraries are found when a test ends and
they are still open; `kill_at_inet_sockets` has the system end a process that asks for one, from whatever code.
"""

from __future__ import annotations

import ctypes
import os
import platform
import socket
import struct
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

INET = (socket.AF_INET, socket.AF_INET6)
#: Looks up other machines, before any socket.
_LOOKS_UP = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo")
_OPEN_FILES = Path("/proc/self/fd")


class Guard:
    """Refuses sockets while it is on; there is one, for Python cannot be made to stop telling."""

    def __init__(self):
        self.on, self.refused = False, []
        self._looks = False
        sys.addaudithook(self._told)

    def _told(self, event: str, arguments: tuple) -> None:
        if not self.on or self._looks or not event.startswith("socket."):
            return
        if event == "socket.__new__":
            # Minus one: the usual family, which is the internet's.
            asked = arguments[1] in (*INET, -1)
        elif event in ("socket.connect", "socket.bind", "socket.sendto"):
            asked = arguments[0].family in INET
        else:
            asked = event in _LOOKS_UP
        if asked:
            self.refused.append(event)
            raise AssertionError(f"the app reached for the network ({event})")

    def open_inet(self) -> set[str]:
        """Sockets of the internet that this process has open, whoever opened them; empty where the system does not tell."""
        found = set()
        self._looks = True
        with suppress(OSError):
            for link in os.listdir(_OPEN_FILES):
                with suppress(OSError):
                    name = os.readlink(_OPEN_FILES / link)
                    if name.startswith("socket:") and _family(int(link)) in INET:
                        found.add(name)
        self._looks = False
        return found

    @contextmanager
    def watching(self):
        """On, and at the end a failure of what was refused or is open."""
        before = self.open_inet()
        self.refused.clear()
        self.on = True
        try:
            yield self
        finally:
            self.on = False
        # Also where the code that was refused went on as if nothing were.
        assert not self.refused, f"the app reached for the network ({', '.join(self.refused)})"
        opened = self.open_inet() - before
        assert not opened, f"a library opened {len(opened)} socket(s) of the internet"


def _family(file: int) -> int:
    with socket.socket(fileno=os.dup(file)) as looked_at:
        return looked_at.family


# -- by the system ------------------------------------------------------------------------------------------

#: By machine: what Linux calls it in filters, and the number of its call `socket`.
_MACHINES = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_NO_NEW_PRIVILEGES, _SECCOMP, _FILTER = 38, 22, 2


def kill_at_inet_sockets() -> bool:
    """Have Linux end this process, with SIGSYS, when it asks for a socket of the internet; False where that cannot be."""
    if sys.platform != "linux" or platform.machine() not in _MACHINES:
        return False
    machine, call = _MACHINES[platform.machine()]
    steps = (
        (_LOAD, 0, 0, 4), (_EQUAL, 0, 6, machine),
        (_LOAD, 0, 0, 0), (_EQUAL, 0, 4, call),
        (_LOAD, 0, 0, 16), (_EQUAL, 1, 0, socket.AF_INET), (_EQUAL, 0, 1, socket.AF_INET6),
        (_RETURN, 0, 0, _KILL), (_RETURN, 0, 0, _ALLOW),
    )  # fmt: skip
    program = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    header = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(program)))
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    return prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) == 0 and prctl(_SECCOMP, _FILTER, header, 0, 0) == 0
