"""Text to the numbers a BERT reads: lower case, no accents, words cut into the longest pieces of a vocabulary.

The rules are those of the "uncased" models (Devlin et al. 2019), with which the published text embeddings were made.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from ecgtwin_app.ecg.signal.recording import EcgError

#: The vocabulary has 30,522 lines, some 230 kB; a longer word than this is unknown as a whole.
LARGEST_VOCABULARY, LONGEST_WORD = 5_000_000, 100
#: Tokens of a sentence at most; the sentences of a report have a dozen.
MOST_TOKENS = 512
UNKNOWN, FIRST, LAST = "[UNK]", "[CLS]", "[SEP]"


class WordPieces:
    """A vocabulary and the way into it.

    Parameters
    ----------
    vocabulary : dict of str to int
        Pieces that go on a word begin with "##".
    """

    def __init__(self, vocabulary: dict[str, int]):
        missing = [token for token in (UNKNOWN, FIRST, LAST) if token not in vocabulary]
        if missing:
            raise EcgError("vocab.txt lacks {sign}; use the text encoder's own.", sign=missing[0])
        self._vocabulary = vocabulary

    @classmethod
    def read(cls, path: Path) -> WordPieces:
        """The vocabulary of a `vocab.txt`, a piece a line.

        Raises
        ------
        EcgError
            The file is no such vocabulary.
        """
        try:
            if path.stat().st_size > LARGEST_VOCABULARY:
                raise ValueError
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            raise EcgError("{file} is no vocabulary; use the text encoder's own.", file=path.name) from None
        return cls({line: number for number, line in enumerate(lines)})

    def numbers(self, text: str) -> list[int]:
        """The numbers of a text, between those of "[CLS]" and "[SEP]"."""
        pieces = [piece for word in words(text) for piece in self._pieces(word)]
        return [self._vocabulary[piece] for piece in (FIRST, *pieces[: MOST_TOKENS - 2], LAST)]

    def _pieces(self, word: str) -> list[str]:
        pieces, begin = [], 0
        while begin < len(word) <= LONGEST_WORD:
            mark = "##" if begin else ""
            ends = range(len(word), begin, -1)
            end = next((end for end in ends if mark + word[begin:end] in self._vocabulary), None)
            if end is None:
                return [UNKNOWN]
            pieces.append(mark + word[begin:end])
            begin = end
        return pieces or [UNKNOWN]


def words(text: str) -> list[str]:
    """Words and signs of a text, in lower case and without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    spaced: list[str] = []
    for sign in plain:
        kind = unicodedata.category(sign)
        if kind == "Mn" or sign in "\0\ufffd" or (kind.startswith("C") and sign not in "\t\n\r"):
            continue
        spaced.append(f" {sign} " if _stands_alone(sign, kind) else sign)
    return "".join(spaced).split()


def _stands_alone(sign: str, kind: str) -> bool:
    """Punctuation, every other printable ASCII sign that is no letter or digit, and Chinese characters."""
    ascii_sign = sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " "
    code = ord(sign)
    chinese = 0x3400 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FA1F
    return ascii_sign or kind.startswith("P") or chinese
