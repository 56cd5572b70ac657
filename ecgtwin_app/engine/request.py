"""What is asked of the engine: one small frozen value, no torch, no Qt. What it gives back is in `engine.twin`."""

from __future__ import annotations

from dataclasses import dataclass

from ecgtwin_app.attribution.heatmap import HeatMap
from ecgtwin_app.conditions.vocabulary import NORMAL, is_healthy
from ecgtwin_app.ecg.beat.score import RhythmScore
from ecgtwin_app.engine.request_fields import asked, records_of, set_point
from ecgtwin_app.engine.twin import AskedGot, Cancelled, Twin
from ecgtwin_app.generators.progress import Progress
from ecgtwin_app.i18n.words import N_
from ecgtwin_app.sampling.names import USUAL_STEPS

__all__ = ["FIELDS", "AskedGot", "Cancelled", "HeatMap", "Progress", "Twin", "TwinRequest", "request_to_json"]


@dataclass(frozen=True)
class TwinRequest:
    """The question: this patient, but with ...

    Every field stands here once, with all that is known of it (`RequestField`); docs/request.md is the same as a
    table. Twin k of a request is drawn with seed + k. A "healthy" or "normal" patient is asked as sinus rhythm and
    nothing else: `conditions=("sinus rhythm",), only=True`. What becomes of what the reference shows is settled in
    `engine.wanted`.
    """

    conditions: tuple[str, ...] = asked(
        (NORMAL,),
        kind="conditions",
        title="Conditions",
        noun=N_("condition"),
        help="Names, synonyms or codes from the vocabulary; a rhythm among them gives the rhythm",
        metavar="NAME",
        usage="name, synonym or code; repeatable; “healthy” is sinus rhythm and nothing else",
        in_form=False,
    )
    heart_rate: float | None = asked(
        None,
        kind="number",
        title=N_("Heart rate"),
        noun=N_("heart rate"),
        help=N_("Ventricular rate; “keep” is the patient's own where the condition allows it"),
        unit="/min",
        limits=(30.0, 220.0),
        slider=(40.0, 180.0),
        unset=N_("keep"),
        brief=N_("{value}/min"),
        part="set point",
        usage="ventricular rate, 1/min",
        advanced=False,
        of_patient=True,
    )
    age: float | None = asked(
        None,
        kind="number",
        title=N_("Age"),
        noun=N_("age"),
        help=N_("Age that the twin is made for; it moves rate limits and criteria that depend on age"),
        unit=N_("years"),
        limits=(0.0, 120.0),
        unset=N_("keep"),
        usage="years; the recording's when left out",
        of_patient=True,
    )
    sex: str | None = asked(
        None,
        kind="choice",
        title=N_("Sex"),
        noun=N_("sex"),
        help=N_("Sex that the twin is made for; it moves criteria that depend on sex"),
        choices=((None, N_("keep")), ("F", N_("female")), ("M", N_("male"))),
        unset=N_("keep"),
        usage="the recording's when left out",
        of_patient=True,
    )
    severity: float | None = asked(
        None,
        kind="number",
        title=N_("Severity"),
        noun=N_("severity"),
        help=N_(
            "How marked the condition is: 0 just meets the criteria, 1 is severe; “random” draws it for each twin"
        ),
        limits=(0.0, 1.0),
        slider=(0.0, 1.0),
        step=0.05,
        unset=N_("random"),
        brief=N_("severity {value}"),
        part="set point",
        metavar="X",
        usage="0 just meets the criteria, 1 is marked; drawn when left out",
        advanced=False,
    )
    pr: float | None = set_point(
        "pr",
        title=N_("PR"),
        help=N_("From the onset of P to the onset of QRS"),
        limits=(80.0, 400.0),
        slider=(100.0, 320.0),
        short=N_("PR"),
        brief=N_("PR {value} ms"),
        metavar="MS",
    )
    qrs: float | None = set_point(
        "qrs",
        title=N_("QRS"),
        help=N_("From the earliest onset to the latest end over twelve leads"),
        limits=(60.0, 220.0),
        slider=(70.0, 180.0),
        short=N_("QRS"),
        brief=N_("QRS {value} ms"),
        metavar="MS",
    )
    qt: float | None = set_point(
        "qt",
        title=N_("QT"),
        help=N_("From the onset of QRS to the end of T"),
        limits=(240.0, 700.0),
        slider=(300.0, 560.0),
        short=N_("QT"),
        brief=N_("QT {value} ms"),
        metavar="MS",
    )
    axis: float | None = set_point(
        "axis",
        title=N_("QRS axis"),
        help=N_("Mean QRS axis in the frontal plane"),
        limits=(-180.0, 270.0),
        slider=(-90.0, 180.0),
        brief=N_("axis {value}°"),
        metavar="DEG",
        usage="set-point of the frontal QRS axis",
    )
    samples: int = asked(
        1,
        kind="whole",
        title=N_("Twins"),
        noun=N_("number of twins"),
        help=N_("How many twins are made, each from a draw of its own"),
        limits=(1, 100),
        offered=(1, 12),
        usage="how many twins",
        advanced=False,
    )
    seed: int = asked(
        1,
        kind="whole",
        title=N_("Seed"),
        noun=N_("seed"),
        help=N_("The same seed makes the same twin again; Ctrl+R takes another"),
        limits=(0, 2**53),
        offered=(0, 999_999_999),
        usage="twin k has seed N + k - 1",
        advanced=False,
    )
    steps: int = asked(
        USUAL_STEPS["dpm_solver_2m"],
        kind="whole",
        title=N_("Steps"),
        noun=N_("number of steps"),
        help=N_("Steps of the sampler; more take longer"),
        limits=(1, 1000),
        offered=(1, 100),
        short=N_("steps"),
        usage=f"steps of the sampler; {USUAL_STEPS['dpm_solver_2m']} as a rule",
    )
    sampler: str = asked(
        "dpm_solver_2m",
        kind="choice",
        title="Sampler",
        noun=N_("sampler"),
        help="How the noise is turned into a twin; ddpm is the published diffusion of up to 1000 steps",
        choices=tuple((name, "") for name in USUAL_STEPS),
        usage="ddpm is the published diffusion, 1000 steps",
        in_form=False,
    )
    # Measured on beats of eight hearts: with 1.5 low voltages and the axes of fascicular blocks reached what was asked
    # more often than with 1.
    strength: float = asked(
        1.5,
        kind="number",
        title=N_("Strength"),
        noun=N_("strength"),
        help=N_("Guidance towards the condition; 1 is none, above 1.5 voltages grow"),
        limits=(0.0, 5.0),
        offered=(1.0, 5.0),
        slider=(1.0, 3.0),
        step=0.1,
        metavar="X",
        usage="guidance of the condition; 1 is none",
        part="dial",
    )
    identity: float = asked(
        1.0,
        kind="number",
        title=N_("Identity"),
        noun=N_("identity"),
        help=N_(
            "How far the beats are the patient's own: 0 is nobody in particular, 1 the patient, more is guidance"
        ),
        limits=(0.0, 5.0),
        slider=(0.0, 2.0),
        step=0.1,
        metavar="X",
        usage="0 is nobody in particular, 1 the patient, more is guidance towards the patient",
        part="dial",
    )
    best_of: int = asked(
        1,
        kind="whole",
        title=N_("Best of"),
        noun=N_("number of draws"),
        help=N_("Draw so many for each twin and keep the one that meets most criteria; it is marked so"),
        limits=(1, 50),
        short=N_("draws"),
        metavar="K",
        usage="draw K for each twin, keep the best",
    )
    rhythm: str = asked(
        "process",
        kind="choice",
        title=N_("Rhythm"),
        noun=N_("rhythm"),
        help=N_(
            "Who writes when atria and ventricles beat: rules of physiology, or a model that learned rhythms"
        ),
        choices=(("process", N_("by rules")), ("learned", N_("by the model"))),
        # Of generators that invent the rhythm, and of files from before that was withdrawn for others: it met 3 %.
        unoffered=("none",),
        usage="who writes the rhythm score: the rhythm processes (as a rule) or the rhythm model (learned)",
    )
    score: RhythmScore | None = asked(  # noqa: RUF009, a record and no shared value
        None,
        kind="score",
        title="Rhythm score",
        noun=N_("rhythm score"),
        help="A score of the user's own, performed whatever the rhythm says",
        unset="none",
        usage="perform the rhythm score in this JSON file; written there first when there is none",
        metavar="FILE",
        in_form=False,
        of_patient=True,
    )
    noise: float = asked(
        1.0,
        kind="number",
        title=N_("Noise"),
        noun=N_("noise"),
        help=N_(
            "How much of what lies between and beneath the waves of the reference, its baseline wander and noise among "
            "it, the twin has; 1 is all of it, 0 leaves the waves alone"
        ),
        limits=(0.0, 1.0),
        slider=(0.0, 1.0),
        step=0.05,
        brief=N_("noise {value}"),
        metavar="X",
        part="dial",
        only_if_set=True,
    )
    without: tuple[str, ...] = asked(
        (),
        kind="conditions",
        title=N_("Without"),
        noun=N_("condition left out"),
        help="Conditions that the twin is not to have, of what the reference shows",
        metavar="NAME",
        usage="a condition that the twin is not to have; repeatable",
        in_form=False,
        of_patient=True,
        only_if_set=True,
    )
    only: bool = asked(
        False,
        kind="switch",
        title=N_("Only"),
        noun=N_("only what is asked"),
        help="Nothing of what the reference shows is kept: the twin has what is asked and nothing else",
        usage="keep nothing of what the reference shows",
        in_form=False,
        only_if_set=True,
    )
    keep: tuple[str, ...] | None = asked(
        None,
        kind="conditions",
        title=N_("Keep"),
        noun=N_("condition kept"),
        help="Of what the reference shows, these conditions are kept and no others; left open, all that can be",
        unset=N_("keep"),
        metavar="NAME",
        usage="keep only this of what the reference shows; repeatable; all that can be kept when left out",
        in_form=False,
        of_patient=True,
        only_if_set=True,
    )
    shows: tuple[str, ...] | None = asked(
        None,
        kind="conditions",
        title=N_("This ECG shows"),
        noun=N_("condition of the reference"),
        help="What the reference shows, as the user corrects it; left open, what is recognised in it",
        unset=N_("as recognised"),
        metavar="NAME",
        usage='what the reference shows, in the place of what is recognised in it; repeatable; "none" for nothing',
        in_form=False,
        of_patient=True,
        only_if_set=True,
    )

    def __post_init__(self):
        if any(map(is_healthy, self.conditions)):
            named = tuple(NORMAL if is_healthy(name) else name for name in self.conditions)
            object.__setattr__(self, "conditions", tuple(dict.fromkeys(named)))
            object.__setattr__(self, "only", True)


#: The record of every field, by its name.
FIELDS = records_of(TwinRequest)


def request_to_json(request: TwinRequest) -> dict:
    """A request as plain values, for provenance, `twins.json`, presets and session files."""
    plain = {}
    for name, record in FIELDS.items():
        value = getattr(request, name)
        if not (record.only_if_set and value == record.default):
            plain[name] = record.to_json(value)
    return plain
