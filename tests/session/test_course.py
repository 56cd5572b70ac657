"""Teaching without widgets: courses and hostile files, how answers are counted, blind pages, frames of a morph."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace

import numpy as np
import pytest
from synthetic_ecg import strip
from ui_standin import StandInEngine

from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.measurement.measure import measure
from ecgtwin_app.ecg.signal.recording import EcgError
from ecgtwin_app.engine.request import HeatMap, Progress, Twin, TwinRequest
from ecgtwin_app.report import marking
from ecgtwin_app.report.layers import REFERENCE, TWIN, Layer
from ecgtwin_app.report.page import Page
from ecgtwin_app.session.course import (
    MOST_CASES,
    Case,
    Course,
    make_cases,
    open_case,
    read_course,
    sessions_in,
    write_course,
)
from ecgtwin_app.session.morph import (
    FRAMES,
    Frame,
    FrameStore,
    fractions,
    grows,
    make_frames,
    onset_near,
    own_request,
)
from ecgtwin_app.session.quiz_score import answers_csv, mark, total
from ecgtwin_app.session.session_file import SessionState, write_session
from ecgtwin_app.session.teaching import read_strip
from ecgtwin_app.ui.page.caliper_text import TIME, Caliper
from ecgtwin_app.ui.teaching.blind_pages import HIDDEN, blind_page

BLOCK, FLUTTER, SINUS = "left bundle branch block", "atrial flutter", "sinus rhythm"


def _twins(reference, *conditions, **fields):
    request = TwinRequest(conditions or (BLOCK,), steps=1, **fields)
    return tuple(t for t in StandInEngine().iter_generate(reference, request) if isinstance(t, Twin))


@pytest.fixture(scope="module")
def reference():
    return strip(rate=66)[0]


@pytest.fixture
def folder(reference, tmp_path):
    """Three sessions: two with twins, one that was recorded only."""
    for number, conditions in ((2, (BLOCK,)), (10, ("atrial fibrillation", "ventricular premature complex"))):
        twins = _twins(reference, *conditions, seed=number + 1)
        calipers = (Caliper(TIME, "II", (REFERENCE,), 1.0, 1.4, 0.2, True),)
        state = SessionState(reference, twins=twins, current=0, calipers=calipers)
        write_session(tmp_path / f"case {number}.ecgtwin", state)
    write_session(tmp_path / "case 1.ecgtwin", SessionState(reference))
    return tmp_path


@pytest.fixture
def course(folder):
    return Course("Round", tuple(case for path in sessions_in(folder) for case in make_cases(path)))


# -- courses ------------------------------------------------------------------------------------------


def test_a_folder_becomes_a_course_in_the_order_of_its_numbers(course):
    assert [case.file.name for case in course.cases] == [
        "case 1.ecgtwin",
        "case 2.ecgtwin",
        "case 10.ecgtwin",
    ]
    assert [case.answers for case in course.cases] == [
        (),
        (BLOCK,),
        ("atrial fibrillation", "ventricular premature complex"),
    ]
    assert [(case.twin, case.seed, case.met) for case in course.cases] == [
        (-1, None, None),
        (0, 3, False),
        (0, 11, False),
    ]


def test_every_twin_of_a_session_is_a_case(reference, tmp_path):
    twins = _twins(reference, BLOCK, seed=5, samples=3) + _twins(reference, FLUTTER, seed=9, samples=3)
    write_session(tmp_path / "six.ecgtwin", SessionState(reference, twins=twins, current=4))
    cases = make_cases(tmp_path / "six.ecgtwin")
    assert [case.seed for case in cases] == [5, 6, 7, 9, 10, 11]
    assert [case.answers for case in cases] == [(BLOCK,)] * 3 + [(FLUTTER,)] * 3
    for case in cases:
        assert [twin.seed for twin in open_case(case).twins] == [case.seed]


def test_vignette_and_question_come_back_and_earlier_courses_have_none(course, folder):
    told = course.with_case(1, vignette="72 years, “palpitations” since noon", question="Where is the block?")
    write_course(folder / "told.ecgcourse", told)
    assert read_course(folder / "told.ecgcourse") == told
    document = json.loads((folder / "told.ecgcourse").read_text(encoding="utf-8"))
    for row in document["cases"]:
        del row["vignette"], row["question"]
    (folder / "told.ecgcourse").write_text(json.dumps(document), encoding="utf-8")
    assert read_course(folder / "told.ecgcourse") == course


def test_a_course_comes_back_and_moves_with_its_folder(course, folder, tmp_path_factory):
    write_course(folder / "round.ecgcourse", course)
    text = (folder / "round.ecgcourse").read_text(encoding="utf-8")
    assert str(folder) not in text
    assert read_course(folder / "round.ecgcourse") == course
    elsewhere = tmp_path_factory.mktemp("usb") / "moved"
    folder.rename(elsewhere)
    moved = read_course(elsewhere / "round.ecgcourse")
    assert [case.seed for case in moved.cases] == [None, 3, 11]
    assert open_case(moved.cases[1]).twins[0].seed == 3


def test_a_case_shows_its_one_twin_and_nothing_that_tells(course):
    state = open_case(course.cases[1])
    assert [twin.seed for twin in state.twins] == [3]
    assert state.current == 0
    assert state.calipers == ()
    assert state.layers.order == ()
    assert open_case(course.cases[0]).twins == ()


def test_the_order_is_kept_and_can_be_changed(course, folder):
    changed = course.moved(2, -2).without(1)
    write_course(folder / "r.ecgcourse", changed)
    assert [case.seed for case in read_course(folder / "r.ecgcourse").cases] == [11, 3]


def test_a_course_does_not_point_outside_its_folder(course, folder):
    (folder / "sub").mkdir()
    with pytest.raises(EcgError, match=r"outside the folder sub; .*\.$"):
        write_course(folder / "sub" / "round.ecgcourse", course)
    assert not list((folder / "sub").iterdir())


def test_a_session_that_was_changed_is_refused_without_saying_its_name(course, folder):
    path = folder / "case 2.ecgtwin"
    path.write_bytes(path.read_bytes() + b"x")
    with pytest.raises(EcgError, match="was changed since the course was saved") as caught:
        open_case(course.cases[1])
    assert "case 2" not in str(caught.value)
    path.unlink()
    with pytest.raises(EcgError, match="cannot be read"):
        open_case(course.cases[1])


def test_a_case_whose_seed_is_another_is_refused(course):
    with pytest.raises(EcgError, match="does not hold its twin"):
        open_case(replace(course.cases[1], seed=99))
    with pytest.raises(EcgError, match="does not hold its twin"):
        open_case(replace(course.cases[1], twin=7))


def _case(**fields):
    return {
        "file": "a.ecgtwin",
        "sha256": "0" * 64,
        "twin": 0,
        "seed": 1,
        "answers": [BLOCK],
        "met": True,
    } | fields


@pytest.mark.parametrize(
    "fields",
    [
        {"file": "../a.ecgtwin"},
        {"file": "/etc/a.ecgtwin"},
        {"file": "sub/../../a.ecgtwin"},
        {"file": "C:\\a.ecgtwin"},
        {"file": "a.exe"},
        {"file": "a\0.ecgtwin"},
        {"file": 7},
        {"sha256": "short"},
        {"sha256": "Z" * 64},
        {"twin": 1.5},
        {"twin": -2},
        {"twin": True},
        {"twin": 10**9},
        {"seed": "1"},
        {"answers": "all"},
        {"answers": ["heart burn"]},
        {"answers": [BLOCK] * 13},
        {"answers": [{"a": 1}]},
        {"met": "yes"},
        {"vignette": 7},
        {"vignette": "x" * 601},
        {"question": ["?"]},
        {"question": "x" * 121},
    ],
)
def test_a_hostile_case_gives_one_sentence(tmp_path, fields):
    path = tmp_path / "c.ecgcourse"
    path.write_text(json.dumps({"format": 1, "title": "", "cases": [_case(**fields)]}))
    with pytest.raises(EcgError, match=r"(is no course|outside its own folder).*\.$"):
        read_course(path)


@pytest.mark.parametrize(
    "text",
    ["", "Dear colleague", "[]", "7", "null", '{"format": 1}', '{"format": "x", "title": "", "cases": []}',
     '{"format": 1, "title": 3, "cases": []}', '{"format": 1, "title": "", "cases": {}}', "[" * 100_000,
     json.dumps({"format": 1, "title": "", "cases": [_case()] * (MOST_CASES + 1)})],
)  # fmt: skip
def test_what_is_no_course_gives_one_sentence(tmp_path, text):
    path = tmp_path / "c.ecgcourse"
    path.write_text(text)
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)


def test_other_files_give_one_sentence(tmp_path):
    path = tmp_path / "c.ecgcourse"
    with pytest.raises(EcgError, match="cannot be read"):
        read_course(path)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)
    path.write_bytes(b" " * 1_000_001)
    with pytest.raises(EcgError, match="is no course"):
        read_course(path)
    path.write_text('{"format": 2, "title": "", "cases": []}')
    with pytest.raises(EcgError, match="newer version"):
        read_course(path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "secret.ecgtwin").write_text("x")
    try:
        (tmp_path / "inner" / "a.ecgtwin").symlink_to(tmp_path / "secret.ecgtwin")
    except OSError:
        pytest.skip("this system makes no links")
    path = tmp_path / "inner" / "c.ecgcourse"
    path.write_text(json.dumps({"format": 1, "title": "", "cases": [_case()]}))
    with pytest.raises(EcgError, match="outside its own folder"):
        read_course(path)


def test_a_course_has_an_end(course):
    with pytest.raises(EcgError, match="at most"):
        course.with_cases(course.cases * MOST_CASES)


def test_a_folder_without_sessions_says_so(tmp_path):
    with pytest.raises(EcgError, match="holds no session"):
        sessions_in(tmp_path)


# -- counting -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "answers", "there", "credit"),
    [
        ((BLOCK,), (BLOCK,), (), 1.0),
        ((BLOCK, SINUS), (BLOCK,), (SINUS,), 1.0),
        ((BLOCK, FLUTTER), (BLOCK,), (SINUS,), 0.0),
        ((BLOCK,), (BLOCK, FLUTTER), (), 0.5),
        ((BLOCK, FLUTTER, SINUS), (BLOCK, FLUTTER), (), 0.5),
        ((SINUS,), (BLOCK,), (), 0.0),
        ((SINUS, FLUTTER), (BLOCK,), (), 0.0),
        ((SINUS,), (BLOCK,), (SINUS,), 0.0),
        ((), (BLOCK,), (), 0.0),
        ((BLOCK,), (), (), None),
    ],
)
def test_right_ones_count_wrong_ones_take_back_and_what_is_there_is_free(chosen, answers, there, credit):
    outcome = mark(chosen, answers, there)
    assert outcome.credit == credit
    assert sorted(outcome.chosen) == sorted(chosen)


def test_ticking_everything_earns_nothing():
    every = tuple(f"condition {k}" for k in range(20))
    assert mark(every, every[:2]).credit == 0.0


def test_the_score_is_over_every_case_with_an_answer(course):
    outcomes = {1: mark((BLOCK,), (BLOCK,)), 2: mark((), course.cases[2].answers)}
    score = total(course, outcomes)
    assert (score.points, score.of, score.answered, score.given_up) == (1.0, 2, 1, 1)


def test_the_csv_holds_no_name_unless_given_and_no_formula(course):
    outcomes = {1: mark((BLOCK, SINUS), (BLOCK,), (SINUS,)), 2: mark((), course.cases[2].answers)}
    rows = list(csv.DictReader(io.StringIO(answers_csv(course, outcomes, "  "))))
    assert "learner" not in rows[0]
    assert rows[0]["case"] == "2"
    assert rows[0]["seed"] == "3"
    assert rows[0]["answered"] == f"{BLOCK}; {SINUS}"
    assert rows[0]["credit"] == "1.00"
    assert rows[0]["synthetic"] == "yes"
    assert rows[1]["answered"] == ""
    rows = list(csv.DictReader(io.StringIO(answers_csv(course, outcomes, "=cmd()"))))
    assert rows[0]["learner"] == "'=cmd()"


def test_the_referee_finds_sinus_rhythm_on_a_normal_strip(reference):
    reading = read_strip(reference)
    assert "sinus rhythm" in reading.met
    assert not reading.met & {"atrial fibrillation", "left bundle branch block", "complete AV block"}
    flat = replace(reference, signal=reference.signal * 0)
    assert read_strip(flat).met == frozenset()


# -- blind pages --------------------------------------------------------------------------------------


def test_a_blind_page_tells_nothing_and_stays_marked(reference):
    twin, other = _twins(reference, samples=2)
    heat = HeatMap("contrast", twin.recording.signal, True, "mV", True)
    layers = (
        Layer(REFERENCE, reference, "", {"qrs": 90}),
        Layer("twin 2", other.recording, f"Broad {BLOCK}", {"qrs": 150}, dashed=True),
        Layer(TWIN, twin.recording, f"Twin 1: {BLOCK}", {"qrs": 150}),
    )
    page = Page(reference, twin.recording, heat, reference_measurements={}, layers=layers)
    page = replace(page, layout=replace(page.layout, identity=True))
    blind = blind_page(page)
    said = [*marking.metadata(blind.generated).values(), marking.condition_text(blind.generated)]
    said += [layer.name for layer in blind.layers] + [str(marking.xmp(blind.generated))]
    assert not any("bundle" in text for text in said)
    assert HIDDEN in marking.condition_text(blind.generated)
    assert "seed 1" in marking.origin_text(blind.generated)
    assert blind.generated.synthetic
    assert marking.metadata(blind.generated)["Synthetic"] == "YES"
    assert blind.heatmap is None
    assert not blind.layout.identity
    assert [layer.measurements for layer in blind.layers] == [{}, {}, {}]
    assert [layer.name for layer in blind.layers] == ["", "Twin 2", ""]
    assert np.array_equal(blind.twin.signal, twin.recording.signal)
    assert blind_page(page).twin is blind.twin, "made once"


# -- morph --------------------------------------------------------------------------------------------


def test_frames_are_made_from_coarse_to_fine():
    order = fractions(9)
    assert order == [0.0, 1.0, 0.5, 0.25, 0.75, 0.125, 0.375, 0.625, 0.875]
    assert sorted(fractions()) == [k / (FRAMES - 1) for k in range(FRAMES)]


class _Engine(StandInEngine):
    """Sinus rhythm is the reference, everything else is twice as large."""

    def iter_generate(self, reference, request, others=()):
        self.begun += 1
        yield Progress(1, 1)
        (twin,) = _twins(reference, *request.conditions, seed=request.seed)
        scale = 1.0 if request.conditions == (SINUS,) else 2.0
        recording = replace(twin.recording, signal=reference.signal * scale)
        yield replace(twin, recording=recording, request=request)


def _morph(reference, *conditions, count=5, **fields):
    engine = _Engine()
    twin = list(engine.iter_generate(reference, TwinRequest(conditions, seed=7)))[-1]
    twin = replace(twin, **fields)
    frames = [f for f in make_frames(engine, reference, twin, count=count) if isinstance(f, Frame)]
    return twin, sorted(frames, key=lambda frame: frame.fraction)


def test_a_shape_grows_in_every_beat(reference):
    twin, frames = _morph(reference, BLOCK)
    assert grows(twin)
    assert own_request(twin).score == twin.score, "beats at the same moments"
    assert own_request(twin).seed == twin.seed
    assert [frame.fraction for frame in frames] == [0, 0.25, 0.5, 0.75, 1]
    for frame in frames:
        assert np.allclose(frame.recording.signal, reference.signal * (1 + frame.fraction), atol=1e-4)
        assert frame.recording.synthetic
        assert frame.onset is None
    assert frames[2].recording.provenance["morph"] == 0.5
    assert frames[2].measurements["qrs"] > 0
    assert "50%" in frames[2].recording.history[0]


def test_a_rhythm_sets_in_between_beats_and_moves_forward(reference):
    twin, frames = _morph(reference, "atrial fibrillation")
    assert not grows(twin)
    assert not grows(_morph(reference, "pre-excitation", count=2)[0])
    assert own_request(twin).score is None
    onsets = [frame.onset for frame in frames]
    assert onsets == sorted(onsets, reverse=True)
    assert onsets[0] == 10.0
    assert onsets[-1] == 0.0
    middle = frames[2]
    at = round(middle.onset * 500)
    assert np.allclose(middle.recording.signal[:, : at - 50], reference.signal[:, : at - 50], atol=1e-4)
    assert np.allclose(middle.recording.signal[:, at + 50 :], 2 * reference.signal[:, at + 50 :], atol=1e-4)


def test_no_wave_of_either_strip_is_torn(reference):
    onsets = np.arange(0.5, 10, 0.98)
    own = RhythmScore(
        tuple(Event(t, "QRS", "conducted") for t in onsets)
        + tuple(Event(t - 0.16, "P", "sinus") for t in onsets)
    )
    # Nearly the rate of the own rhythm: each beat falls onto a T wave of it.
    beats = (0.08, 1.22, 2.32, 3.05, 4.09, 4.96, 6.23, 7.11, 8.0, 8.93, 9.96)
    (twin,) = _twins(reference, "atrial fibrillation")
    twin = replace(
        twin, score=RhythmScore(tuple(Event(t, "QRS", "conducted") for t in beats), atrial="fibrillation")
    )
    for wanted in np.arange(1, 9.5, 0.5):
        onset = onset_near(wanted, own, twin)
        assert abs(onset - wanted) < 1.0
        for score in (own, twin.score):
            assert min(onset - t for t in score.times("QRS") if t <= onset) >= 0.449
            assert min(t - onset for t in score.times("QRS") if t > onset) >= 0.039
        assert not [t for t in own.times("P") if t <= onset < t + 0.16], "a P keeps its QRS"


def test_a_fast_rhythm_sets_in_just_before_a_beat(reference):
    own = RhythmScore(tuple(Event(t, "QRS", "conducted") for t in np.arange(0.5, 10, 1.0)))
    beats = np.arange(0.1, 10, 0.33)
    (twin,) = _twins(reference, "ventricular tachycardia")
    twin = replace(twin, score=RhythmScore(tuple(Event(float(t), "QRS", "ventricular") for t in beats)))
    onset = onset_near(5.0, own, twin)
    assert min(onset - t for t in own.times("QRS") if t <= onset) >= 0.449
    assert 0.04 <= min(t - onset for t in beats if t > onset) <= 0.12


def test_known_frames_are_not_made_again(reference):
    twin, frames = _morph(reference, BLOCK)
    engine = _Engine()
    more = [f for f in make_frames(engine, reference, twin, tuple(frames[:3]), 5) if isinstance(f, Frame)]
    assert engine.begun == 0
    assert sorted(frame.fraction for frame in more) == [0.75, 1.0]


def test_the_least_recently_used_morph_makes_room(reference):
    first, second = _twins(reference, samples=2)
    size = reference.signal.nbytes
    store = FrameStore(most_bytes=3 * size)
    frames = [Frame(k / 4, reference, {}) for k in range(4)]
    assert store.keep(first, frames[0])
    assert store.keep(second, frames[0])
    store.frames(first)
    assert store.keep(first, frames[1])
    assert store.keep(first, frames[2])
    assert store.frames(second) == ()
    assert not store.keep(first, frames[3]), "one morph alone does not pass the limit either"
    assert store.bytes == 3 * size
    assert [frame.fraction for frame in store.frames(first)] == [0, 0.25, 0.5]


def test_measuring_a_frame_that_cannot_be_measured_leaves_a_gap(reference):
    flat = replace(reference, signal=reference.signal * 0)
    with pytest.raises(EcgError):
        measure(flat)
    _, frames = _morph(flat, BLOCK, count=3)
    assert frames[1].measurements == {}


def test_a_case_of_a_recorded_strip_can_be_given_answers(course):
    assert course.with_case(0, answers=(SINUS,)).cases[0].answers == (SINUS,)
    assert isinstance(course.cases[0], Case)
