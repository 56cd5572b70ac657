"""Write the list of parts (CycloneDX 1.6, JSON): `python packaging/sbom.py COLLECTED FILE --edition EDITION`.

Run with the Python of the environment that the application was collected from.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import subprocess
from importlib.metadata import Distribution
from pathlib import Path

import collecting
from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from gathered import gather
from packageurl import PackageURL

ROOT = Path(__file__).resolve().parents[1]


def bill(collected: Path, edition: str) -> Bom:
    """Every package of Python and of the system that travels, Python itself, and the networks' weights."""
    parts = gather(collected)
    own = Component(
        name="ECGTwin Desktop",
        version=collecting.version(ROOT),
        type=ComponentType.APPLICATION,
        bom_ref="ecgtwin-desktop",
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
        description=f"{edition} edition",
    )
    there = [
        *(_python_package(package) for package in parts.python.values()),
        *(_system_package(name, files) for name, files in parts.system.items()),
        Component(
            name="CPython",
            version=platform.python_version(),
            type=ComponentType.PLATFORM,
            bom_ref="cpython",
            licenses=[LicenseFactory().make_from_string("PSF-2.0")],
        ),
        *(_weights(path) for path in sorted((ROOT / "weights").glob("*.safetensors"))),
        *(_weights(path) for path in sorted((ROOT / "weights").glob("*.onnx"))),
    ]
    bom = Bom(components=there)
    bom.metadata.component = own
    bom.register_dependency(own, there)
    return bom


def _python_package(package: Distribution) -> Component:
    metadata = package.metadata
    name, version = metadata["Name"].lower(), package.version
    stated = metadata["License-Expression"] or metadata["License"] or _classified(metadata)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"pypi-{name}",
        purl=PackageURL("pypi", None, name, version.split("+")[0]),
        # Some state the whole text; its first line names it.
        licenses=[LicenseFactory().make_from_string(stated.strip().splitlines()[0])] if stated else [],
    )


def _classified(metadata) -> str:
    """The licence as the package index classifies it; "" where it does not."""
    named = [one for one in metadata.get_all("Classifier") or () if one.startswith("License ::")]
    return named[0].split(" :: ")[-1] if named else ""


def _system_package(name: str, files: list[str]) -> Component:
    query = ["dpkg-query", "--show", "--showformat=${Version}", name]
    version = subprocess.run(query, capture_output=True, text=True, check=True).stdout
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        bom_ref=f"deb-{name}",
        purl=PackageURL("deb", "debian", name, version),
        description=", ".join(files),
    )


def _weights(path: Path) -> Component:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    return Component(
        name=path.name,
        version=digest[:12],
        type=ComponentType.MACHINE_LEARNING_MODEL,
        bom_ref=f"weights-{path.name}",
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
        licenses=[LicenseFactory().make_from_string("Apache-2.0")],
    )


def main() -> None:
    """Write and check the file."""
    parser = argparse.ArgumentParser(prog="packaging/sbom.py")
    parser.add_argument("collected", type=Path)
    parser.add_argument("file", type=Path)
    parser.add_argument("--edition", required=True)
    options = parser.parse_args()
    text = JsonV1Dot6(bill(options.collected, options.edition)).output_as_string(indent=1)
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise SystemExit(f"The list of parts is not valid CycloneDX: {wrong}")
    options.file.write_text(text, "utf-8")
    print(f"{options.file}: {len(json.loads(text)['components'])} parts")


if __name__ == "__main__":
    main()
