"""Same request and seed, same twin, byte by byte: every condition, every way of asking, every kind of heat map."""

import numpy as np
import pytest
from frozen_twins import (
    COARSE,
    coarse,
    example_ecg,
    known_hashes,
    make_map,
    make_twin,
    maps,
    one_thread,
    requests,
    same,
    sha256,
)

from ecgtwin_app import TwinEngine


@pytest.fixture(scope="module")
def engine():
    with one_thread():
        yield TwinEngine.load(device="cpu")


@pytest.fixture(scope="module")
def reference():
    return example_ecg()


@pytest.fixture(scope="module")
def hashes():
    return known_hashes()


@pytest.fixture(scope="module")
def copies():
    with np.load(COARSE) as archive:
        return dict(archive)


@pytest.mark.parametrize("name", requests())
def test_a_twin_stays_the_same(name, engine, reference, hashes, copies):
    same(name, make_twin(engine, reference, name), hashes, copies)


@pytest.mark.parametrize("name", maps())
def test_a_heat_map_stays_the_same(name, engine, tmp_path, hashes, copies):
    same(f"map: {name}", make_map(name, tmp_path), hashes, copies)


def test_every_record_is_compared(hashes, copies):
    names = {*requests(), *(f"map: {name}" for name in maps())}
    assert names == set(copies)
    assert hashes is None or names == set(hashes)
    conditions = {fields["conditions"][0] for fields in requests().values() if len(fields) == 2}
    assert len(conditions) == 38


def test_a_change_of_one_digit_is_noticed():
    name = "sinus rhythm"
    signal = np.zeros((12, 5000), np.float32)
    copy = {name: coarse(signal)}
    same(name, signal, {name: sha256(signal)}, copy)
    other = signal.copy()
    other[3, 77] = 1e-6
    same(name, other, None, copy)
    with pytest.raises(AssertionError, match="byte by byte"):
        same(name, other, {name: sha256(signal)}, copy)
    with pytest.raises(AssertionError, match="another signal"):
        same(name, signal + np.float32(0.02), None, copy)
