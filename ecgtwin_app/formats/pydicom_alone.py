"""pydicom without the library that it would fetch its test files with.

Where `requests` is installed, importing pydicom imports it, and that opens a socket to see whether there is IPv6. Nothing is
ever fetched here, so pydicom does not find it.
"""

from __future__ import annotations

import sys

_FETCHES = "requests"
_former = sys.modules.get(_FETCHES)
sys.modules[_FETCHES] = None  # type: ignore[assignment]  an import of it fails, as where it is not installed
try:
    import pydicom
    from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
    from pydicom.uid import UID, ExplicitVRLittleEndian
finally:
    if _former is None:
        del sys.modules[_FETCHES]
    else:
        sys.modules[_FETCHES] = _former

__all__ = ["UID", "Dataset", "ExplicitVRLittleEndian", "FileDataset", "FileMetaDataset", "pydicom"]
