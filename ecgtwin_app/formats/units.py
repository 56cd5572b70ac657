"""Units of voltage as devices spell them, in any encoding."""

from __future__ import annotations

import re
import unicodedata

from ecgtwin_app.ecg.signal.recording import EcgError

#: Millivolts in one unit.
MILLIVOLTS = {"nv": 1e-6, "uv": 1e-3, "mv": 1.0, "v": 1e3}
#: What stands for "µ": its two code points, their bytes in UTF-8 read as Latin-1, what a decoder puts in the place
#: of a byte it does not know, and the abbreviation.
_MICRO = re.compile(r"^(?:Âµ|Î¼|µ|μ|[\ufffd?]+|mc)(?=v)", re.IGNORECASE)
_WORDS = (("nano", "n"), ("micro", "u"), ("milli", "m"), ("volts", "v"), ("volt", "v"))


def unit_in_millivolts(text: str) -> float | None:
    """Millivolts in one of the unit named `text`, or None for no unit of voltage.

    Examples
    --------
    >>> unit_in_millivolts("µV"), unit_in_millivolts("MICROVOLTS"), unit_in_millivolts("[mV]"), unit_in_millivolts("mmHg")
    (0.001, 0.001, 1.0, None)
    """
    plain = _MICRO.sub("u", text.strip(" \t\r\n\0[](){}\"'"))
    plain = re.sub(r"[\s_-]", "", unicodedata.normalize("NFKC", plain)).lower()
    for word, letter in _WORDS:
        plain = plain.replace(word, letter)
    return MILLIVOLTS.get(plain)


def millivolts_in(name: str, unit: str) -> float:
    """Millivolts in one of the unit; `EcgError` that names the file when it is no unit of voltage."""
    factor = unit_in_millivolts(unit)
    if factor is None:
        raise EcgError(
            "{file} gives a lead in {unit!r}; the unit must be mV, uV, nV or V.", file=name, unit=unit[:20]
        )
    return factor
