"""The beat model: windows and components lose nothing that matters, draws follow seed and condition."""

import numpy as np
import pytest
import torch
from synthetic_ecg import strip

from ecgtwin_app.ecg.beat.rendering import render_flutter_waves, render_score
from ecgtwin_app.ecg.beat.score import Event, RhythmScore
from ecgtwin_app.ecg.beat.template import render_beats, split_beat
from ecgtwin_app.ecg.delineation.representative_beat import representative_beat
from ecgtwin_app.generators.ecgtwin.beat_model import SIZE, BeatContext, BeatModel
from ecgtwin_app.generators.ecgtwin.beat_shape import KINDS, WINDOWS, pack_beat, unpack_beat
from ecgtwin_app.generators.ecgtwin.conditioning import nothing_known
from ecgtwin_app.generators.ecgtwin.flutter_wave import FlutterWave
from ecgtwin_app.heart.virtual_patient import VirtualPatient, simulate
from ecgtwin_app.training.cases.beat_examples import beat_shard
from ecgtwin_app.training.networks.beats import load_beats, virtual_flutter_waves


@pytest.fixture(scope="module")
def recording():
    return strip()[0]


@pytest.fixture(scope="module")
def template(recording):
    return split_beat(representative_beat(recording))


@pytest.fixture(scope="module")
def trained(recording, tmp_path_factory):
    """A model whose codec and spreads are fitted, its network untrained."""
    folder = tmp_path_factory.mktemp("beats")
    assert beat_shard(folder / "beats_000000.npz", [recording], 0, 1) > 20
    others = [strip(rate=rate, seed=seed)[0] for rate, seed in ((60, 2), (85, 3))]
    beat_shard(folder / "beats_000001.npz", others, 1, 1)
    torch.manual_seed(0)
    model = BeatModel(36, 32, 2)
    return model, *load_beats(folder, model)


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


def test_components_keep_the_beat(trained):
    model, beat, context = trained
    waves, durations = model.codec.decode(beat)
    again = model.codec.encode(waves, durations)
    assert torch.allclose(again, beat, atol=1e-3)
    assert beat.shape[1] == SIZE and set(context.kind.tolist()) <= set(range(len(KINDS)))


def test_untrained_draws_stay_near_the_patients_own_beat(trained):
    model, _, context = trained
    one = BeatContext(nothing_known(1, 36), torch.tensor([0]), context.own[:1])
    drawn = model.draw(one, 5)
    assert torch.equal(drawn, model.draw(one, 5))
    assert not torch.equal(drawn, model.draw(one, 6))
    together = model.draw(one, 6, 5, strength=1.5)
    torch.testing.assert_close(together[1:], model.draw(one, 5, strength=1.5), rtol=1e-4, atol=1e-4)
    assert torch.isfinite(drawn).all()


def test_a_ventricular_beat_does_not_start_from_the_patients_own(trained):
    model, _, context = trained
    rows = torch.tensor([0, 1, 9, 18, 19])
    kinds = BeatContext(nothing_known(5, 36), rows, context.own[:1].expand(5, -1))
    assert (model.base(kinds).abs().sum(dim=1) > 0).tolist() == [True, False, False, False, True]


def test_training_lowers_the_loss(trained):
    model, beat, context = trained
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
    losses = []
    for step in range(60):
        generator = torch.Generator().manual_seed(step)
        loss = model.loss(beat, context, generator)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-10:]) < 0.9 * np.mean(losses[:10])


def test_drawn_turns_are_as_large_as_virtual_loops_and_point_their_ways():
    waves = virtual_flutter_waves(1, 400)
    model = FlutterWave()
    model.fit(waves)
    drawn = torch.stack([model.draw(seed) for seed in range(200)])
    assert torch.equal(drawn[3], model.draw(3)) and not torch.equal(drawn[3], drawn[4])
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
