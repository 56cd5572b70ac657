"""Signatures, where the environment names who signs; without a name nothing is signed.

`ECGTWIN_SIGN_COMMAND` signs a file of Windows whose path it gets as its last word,
`ECGTWIN_CODESIGN_IDENTITY` is the identity of macOS (PyInstaller signs with it while it collects),
`ECGTWIN_NOTARY_PROFILE` the notary's profile in the keychain, `ECGTWIN_GPG_KEY` the key that signs the
checksums.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

import parts


def sign_programs(folder: Path, platform: str) -> None:
    """Sign the programs of a folder, or have Apple notarise the bundle beside it."""
    if platform == "win32":
        for path in sorted(folder.glob("*.exe")):
            sign_file(path)
    profile = os.environ.get("ECGTWIN_NOTARY_PROFILE")
    if platform == "darwin" and profile:
        bundle = folder.parent / f"{parts.NAME}.app"
        zipped = folder.parent / "notarise.zip"
        subprocess.run(["ditto", "-c", "-k", "--keepParent", bundle, zipped], check=True)
        subprocess.run(
            ["xcrun", "notarytool", "submit", zipped, "--keychain-profile", profile, "--wait"], check=True
        )
        subprocess.run(["xcrun", "stapler", "staple", bundle], check=True)
        zipped.unlink()


def sign_file(path: Path) -> None:
    """Sign one file of Windows."""
    command = os.environ.get("ECGTWIN_SIGN_COMMAND")
    if command:
        subprocess.run([*shlex.split(command), str(path)], check=True)


def sign_sums(path: Path) -> None:
    """Write a signature beside the checksums."""
    key = os.environ.get("ECGTWIN_GPG_KEY")
    if key:
        subprocess.run(
            ["gpg", "--batch", "--yes", "--local-user", key, "--armor", "--detach-sign", path], check=True
        )
