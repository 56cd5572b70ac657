"""Beats as windows and vectors lose nothing that matters; drawn flutter loops are like virtual ones."""

import numpy as np
import pytest
import torch
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.rendering import render_each, render_flutter_waves, render_score
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import render_beats, split_beat
from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.generators.ecgtwin.beat_codec import SIZE, Codec, part_mask
from ecgtwin_app.generators.ecgtwin.beat_shape import WINDOWS, pack_beat, unpack_beat
from ecgtwin_app.generators.ecgtwin.fitted import BeatCodec, FlutterWave
from ecgtwin_app.generators.ecgtwin.flutter_wave import FlutterLaw
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.networks.ensemble import virtual_flutter_waves


@pytest.fixture(scope="module")
def recording():
    return strip()[0]


@pytest.fixture(scope="module")
def template(recording):
    return split_beat(representative_beat(recording))


def score_of(template) -> RhythmScore:
    beats = np.arange(0.5, 9.5, 0.8)
    events = [Event(float(t), "QRS", "conducted") for t in beats]
    return RhythmScore(tuple(events + [Event(float(t - template.pr), "P", "sinus") for t in beats]))


def test_a_packed_beat_lays_the_same_strip(template):
    waves, durations = pack_beat(template)
    assert {part: wave.shape for part, wave in waves.items()} == {
        part: (8, length) for part, (_, length) in WINDOWS.items()
    }
    back = unpack_beat(waves, durations, template)
    assert back.qt == pytest.approx(template.qt, abs=1e-4)
    assert back.p_duration == pytest.approx(template.p_duration, abs=1e-4)
    score = score_of(template)
    assert np.abs(render_beats(back, score) - render_beats(template, score)).max() < 0.01


def test_a_changed_beat_fits_the_windows(recording):
    patient = VirtualPatient.from_recording(recording)
    for name in ("left bundle branch block", "long QT", "pre-excitation"):
        case = simulate(patient, ("sinus rhythm", name), 65, np.random.default_rng(3), noise=False)
        waves, durations = pack_beat(case.template)
        back = unpack_beat(waves, durations, case.template)
        error = render_beats(back, case.score) - render_beats(case.template, case.score)
        assert np.abs(error).max() < 0.02, name


def test_shapes_lie_where_their_events_are(template):
    score = RhythmScore(
        (Event(1.0, "P", "sinus"), Event(1.16, "QRS", "conducted"), Event(3.0, "QRS", "ventricular"))
    )
    asked = []

    def shape_of(chamber, origin, site):
        asked.append((chamber, origin))
        return template

    signal = np.abs(render_score(score, shape_of)).sum(axis=0)
    assert asked == [("QRS", "conducted"), ("QRS", "ventricular"), ("P", "sinus")]
    assert signal[500:800].max() > 0.5 and signal[1500:1700].max() > 0.5
    assert signal[:450].max() == signal[2200:].max() == 0


def test_each_event_can_have_a_shape_of_its_own(template):
    score = score_of(template)
    alike = render_score(score, lambda *_: template)
    each = render_each(score, [template] * len(score.events))
    assert np.abs(alike - each).max() < 1e-5
    without = render_each(score, [None] + [template] * (len(score.events) - 1))
    assert np.abs(without - each).max() > 0.05 and np.abs(without - each)[:, 1000:].max() < 1e-6


def _numbers(module: torch.nn.Module) -> dict[str, np.ndarray]:
    return {name: value.numpy() for name, value in module.named_buffers()}


def test_components_keep_the_beat(template):
    waves, durations = pack_beat(template)
    some = {part: torch.from_numpy(wave)[None] * torch.randn(200, 1, 1) for part, wave in waves.items()}
    fitted = BeatCodec()
    fitted.fit(some)
    codec = Codec(_numbers(fitted))
    vector = codec.vector(template)
    assert vector.shape == (1, SIZE)
    back, kept = codec.decode(vector)
    assert all(np.abs(back[part][0] - wave).max() < 0.01 for part, wave in waves.items())
    assert np.allclose(kept[0], durations, atol=1e-5)


def test_every_number_belongs_to_one_part():
    masks = np.stack([part_mask(part) for part in WINDOWS])
    assert (masks.sum(axis=0) == 1).all() and np.array_equal(part_mask("qrs", "t"), masks[1] | masks[2])


def test_drawn_turns_are_as_large_as_virtual_loops_and_point_their_ways():
    waves = virtual_flutter_waves(1, 400)
    fitted = FlutterWave()
    fitted.fit(waves)
    model = FlutterLaw(_numbers(fitted))
    drawn = torch.from_numpy(np.stack([model.draw(seed) for seed in range(200)]))
    assert np.array_equal(drawn[3], model.draw(3)) and not torch.equal(drawn[3], drawn[4])
    for values in (waves, drawn):
        height = values[:, 1].amax(dim=1) - values[:, 1].amin(dim=1)
        assert 0.15 < height.median() < 0.35 and 0.05 < height.min() and height.max() < 0.7
        assert 0.08 < (values[:, 1, :21].mean(dim=1) < 0).double().mean() < 0.24  # clockwise


def test_a_laid_loop_turns_with_its_events():
    score = RhythmScore(tuple(Event(0.2 * k, "P", "flutter") for k in range(60)), atrial="flutter")
    wave = virtual_flutter_waves(1, 1)[0].numpy()
    rendered = render_flutter_waves(score, wave)
    assert np.abs(rendered[:, 100:4900] - rendered[:, 0:4800]).max() < 1e-5  # 0.2 s are 100 samples
    assert np.abs(rendered[:, [0, 50]] - wave[:, [0, 32]]).max() < 1e-5
