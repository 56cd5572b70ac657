"""Whatever layout a table has, its samples come back, with the rate and the leads that it states."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ecgtwin_app.formats.registry import open_ecg

SAMPLES = 150
LEADS = ("I", "V1", "V2", "V5")
SIGNAL = np.round(np.random.default_rng(6).normal(0, 0.5, (len(LEADS), SAMPLES)), 3)
KEYS = {
    "en": ("Sample Rate", "Unit", "Name"),
    "de": ("Abtastrate", "Einheit", "Name"),
    "fr": ("Fréquence d’échantillonnage", "Unité", "Nom"),
    "ja": ("サンプルレート", "単位", "名前"),
}
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le")
NOTATIONS = ("{:.3f}", "{:.6e}", "{:+.4f}", "{:9.3f}")


@st.composite
def tables(draw):
    """A text, the options it needs, the rate, and how many leads it has."""
    separator, decimal = draw(
        st.sampled_from([(s, d) for s in ",;\t| " for d in ".," if (s, d) != (",", ",")])
    )
    count = draw(st.integers(1, len(LEADS)))
    rate = draw(st.sampled_from([125, 250, 360, 500, 512, 1000]))
    unit, scale = draw(st.sampled_from([("mV", 1.0), ("µV", 1e3), ("uV", 1e3), ("V", 1e-3)]))
    notation = "{:.6e}" if unit == "V" else draw(st.sampled_from(NOTATIONS))
    quote = draw(st.sampled_from(["", "'", '"'])) if separator != " " else ""
    end = draw(st.sampled_from(["\n", "\r\n"]))
    clock = draw(st.sampled_from(["", "s", "ms", "stamp", "count"]))
    said_unit = draw(st.sampled_from(["name", "row", "head", "option"]))
    # Blanks separate the words of units and stamps as well.
    if separator == " ":
        clock = "" if clock == "stamp" else clock
        said_unit = "head" if said_unit == "name" else said_unit
    if count == 1 and not clock and said_unit == "row":
        said_unit = "head"
    said_rate = draw(st.sampled_from(["head", "option"])) if clock in ("", "count") else "clock"
    language = draw(st.sampled_from(sorted(KEYS)))
    remark = draw(st.sampled_from(["# ", "% ", "// ", ""]))
    last = draw(st.booleans()) and separator in ",;"

    rate_key, unit_key, name_key = KEYS[language]
    colon = ": " if remark else draw(st.sampled_from([": ", ",", ";"]))
    head = [f"{remark}{name_key}{colon}A B"] if draw(st.booleans()) else []
    if said_rate == "head":
        head.append(f"{remark}{rate_key}{colon}{rate} Hz")
    if said_unit == "head":
        head.append(f"{remark}{unit_key}{colon}{unit}")
    names = [f"{lead} ({unit})" if said_unit == "name" else lead for lead in LEADS[:count]]
    units = [unit] * count
    columns = [
        [notation.format(v * scale).strip().replace(".", decimal) for v in row] for row in SIGNAL[:count]
    ]
    ticks = np.arange(SAMPLES) / rate
    if clock:
        names.insert(0, {"s": "time_s", "ms": "time_ms", "stamp": "Time", "count": "sample"}[clock])
        units.insert(0, {"s": "s", "ms": "ms", "stamp": "hh:mm:ss.mmm", "count": "NU"}[clock])
        columns.insert(0, {
            "s": lambda: [f"{t:.6f}".replace(".", decimal) for t in ticks],
            "ms": lambda: [f"{t * 1000:.4f}".replace(".", decimal) for t in ticks],
            "stamp": lambda: [f"10:00:{t:09.6f}" for t in ticks],
            "count": lambda: [str(k) for k in range(SAMPLES)],
        }[clock]())  # fmt: skip
    rows = [separator.join(f"{quote}{name}{quote}" for name in names)]
    if said_unit == "row":
        rows.append(separator.join(f"{quote}{one}{quote}" for one in units))
    rows += [separator.join(row) for row in zip(*columns, strict=True)]
    if last:
        rows = [row + separator for row in rows]
    options = {name: value for name, value in (("rate", rate), ("unit", unit)) if
               (name == "rate" and said_rate == "option") or (name == "unit" and said_unit == "option")}  # fmt: skip
    text = end.join([*head, *rows]) + draw(st.sampled_from(["", end, end * 3]))
    return text.encode(draw(st.sampled_from(ENCODINGS))), options, rate, count


@given(tables())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_layout_comes_back(tmp_path, table):
    data, options, rate, count = table
    path = tmp_path / "table.csv"
    path.write_bytes(data)
    opened = open_ecg(path, **options)
    assert opened.rate == pytest.approx(rate, rel=1e-6)
    assert (opened.names, opened.samples, opened.gaps) == (LEADS[:count], SAMPLES, ())
    np.testing.assert_allclose(opened.values(0, SAMPLES), SIGNAL[:count], atol=1e-6)
    assert not [entry for entry in opened.fields["history"] if "line" in entry or "row" in entry]
