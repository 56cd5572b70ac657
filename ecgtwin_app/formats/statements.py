"""What a device or a reader wrote about an ECG ("Sinus rhythm"), as lines of text.

They are shown, never taken for true, and leave the program only where the identity is kept
(`marking.comment_lines`): free text can hold the name of a physician.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ecgtwin_app.ecg.signal.recording import Patient

#: No interpretation has more lines, or longer ones.
_MOST, _LONGEST = 60, 300
#: Initials and the like are words of their own, and would hit half of all statements.
_SHORTEST_NAME = 3


def statements_of(texts: Iterable[str], patient: Patient | None = None) -> tuple[str, ...]:
    """Statements as they are kept: one line each, none without a word, none twice, none that names the patient.

    Parameters
    ----------
    texts : iterable of str
        In the file's own words and order.
    patient : Patient, optional
        Whose name and identifier no statement may hold.

    Examples
    --------
    >>> statements_of(["Sinus  rhythm", "", "Sinus rhythm", "seen with Mr Dent"], Patient(name="Arthur Dent"))
    ('Sinus rhythm',)
    """
    named = re.findall(r"\w+", f"{patient.name} {patient.identifier}".casefold()) if patient else []
    identity = {word for word in named if len(word) >= _SHORTEST_NAME}
    found = []
    for text in texts:
        line = " ".join(text.split())[:_LONGEST].rstrip(" ,")
        words = set(re.findall(r"\w+", line.casefold()))
        if words and line not in found and not identity & words:
            found.append(line)
    return tuple(found[:_MOST])
