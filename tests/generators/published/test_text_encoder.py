"""Sentences as the published networks read them."""

import pytest
import torch
from published_files import PIECES, write_published

from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.generators.published.files import load
from ecgtwin_app.generators.published.text_encoder import TextEncoder
from ecgtwin_app.generators.published.word_pieces import MOST_TOKENS, WordPieces, words

VOCABULARY = {piece: number for number, piece in enumerate((*PIECES, "sinus", "rhythm", "hyper", "##kal"))}


def test_words_are_cut_as_bert_cuts_them():
    assert words("First-degree AV block") == ["first", "-", "degree", "av", "block"]
    assert words("*** ACUTE\tMI ***\n") == ["*", "*", "*", "acute", "mi", "*", "*", "*"]
    assert words("Überleitung caf\u00e9\u200b") == ["uberleitung", "cafe"]
    assert words("漢字 50 µV") == ["漢", "字", "50", "µv"]


def test_the_longest_pieces_are_taken():
    pieces = WordPieces(VOCABULARY)
    first, last = VOCABULARY["[CLS]"], VOCABULARY["[SEP]"]
    assert pieces.numbers("Sinus rhythm") == [first, VOCABULARY["sinus"], VOCABULARY["rhythm"], last]
    cut = [VOCABULARY[piece] for piece in ("hyper", "##kal", "##e", "##m", "##i", "##a")]
    assert pieces.numbers("hyperkalemia") == [first, *cut, last]
    unknown = VOCABULARY["[UNK]"]
    assert pieces.numbers("ab? µ") == [first, VOCABULARY["a"], VOCABULARY["##b"], unknown, unknown, last]
    assert pieces.numbers("x" * 101) == [first, unknown, last]
    assert pieces.numbers("") == [first, last]
    assert len(pieces.numbers("a " * 1000)) == MOST_TOKENS
    with pytest.raises(EcgError, match=r"lacks \[CLS\]"):
        WordPieces({"[UNK]": 0, "[SEP]": 1})


def test_a_sentence_becomes_what_the_reference_implementation_makes_of_it():
    # NomicBertModel of transformers 5.24.0 with these weights, averaged and normalised as ECGTwin's authors do.
    torch.manual_seed(0)
    network = TextEncoder().eval()
    embedded = network.embed([2, 15, 1029, 30000, 7, 3])
    expected = [0.03149, -0.00443, 0.07489, -0.02539, -0.10919]
    assert embedded[[0, 1, 100, 500, 767]].tolist() == pytest.approx(expected, abs=2e-5)
    assert float(embedded.norm()) == pytest.approx(1, abs=1e-6)


def test_sentences_are_embedded_one_by_one_and_once(tmp_path, monkeypatch):
    text = load(write_published(tmp_path)).text
    both = text.embed(("sinus rhythm", "left bundle branch block"))
    assert both.shape == (1, 2, 768) and not torch.allclose(both[0, 0], both[0, 1])
    monkeypatch.setattr("ecgtwin_app.generators.published.files._tensors", None)  # not read again
    again = text.embed(("left bundle branch block", "sinus rhythm"))
    assert torch.equal(again[0, 0], both[0, 1]) and torch.equal(again[0, 1], both[0, 0])
