"""What the lines above a table say: rate, unit, lead, date and patient, in any language where their form allows.

A rate is known by its unit ("512 hertz", "512 ヘルツ"), a unit of voltage by itself ("µV", "Mikrovolt"), a lead by
its name ("Ableitung I"), a moment by its form. Only numbers without a unit need a key that is understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ecgtwin_app.ecg.signal.recording import Patient
from ecgtwin_app.formats.channels import known_leads
from ecgtwin_app.formats.guard import MAX_RATE, MIN_RATE
from ecgtwin_app.formats.marking import age_between, read_age, read_sex
from ecgtwin_app.formats.table_text import number_in, split_unit, unit_in

KEY = re.compile(r"""\s*["']?(?P<key>[^"':=;,\t|]{1,60}?)["']?\s*[:=;,\t|]\s*(?P<value>.*)""")
_RATE = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<kilo>k)?\s*(?:hertz|hz|герц|гц|赫兹|赫茲|赫|ヘルツ|헤르츠|هرتز|הרץ|sps"
    r"|(?:samples?|s|sa)\s*(?:/|per)\s*s(?:ec(?:ond)?)?)\.?",
    re.IGNORECASE,
)
_INTERVAL = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>ms|msec|milliseconds?|us|µs|s|sec|seconds?)", re.IGNORECASE
)
#: A step of the converter: "4.88 uV/LSB", "0.005 mV per bit".
_STEP = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?(?:e-?\d+)?)\s*(?P<unit>[nuµμm]?V)\s*(?:(?:/|per)\s*(?:lsb|bit|count|unit|adu|step|digit)s?)?",
    re.IGNORECASE,
)
#: The same the other way round: "200 /mV", "1000 adu/mV". Millimetres are those of paper.
_STEPS = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)?)\s*(?:lsb|bit|count|unit|adu|step|digit)?s?\s*(?:/|per)\s*(?P<unit>[nuµμm]?V)",
    re.IGNORECASE,
)
#: Stems of "sampling" and of words that stand alone for it.
_SAMPLING = re.compile(
    r"sampl|abtast|échant|echant|muestr|campion|amostr|bemonst|sampling|mintav|örnekle|ornekle|próbk|probk|vzork|дискрет"
    r"|采样|取樣|採樣|サンプ|샘플|표본|messrate|^(?:fs|sf|sr|f_s|rate)(?:$|[ _(\[]+(?:in[ _]+)?k?hz)",
    re.IGNORECASE,
)
_SOME_RATE = re.compile(
    r"^(?:frequency|frequenz|fréquence|frequence|frecuencia|frequenza|frequência|freq|hz|sps)(?:$|[ _(\[]+(?:in[ _]+)?k?hz)",
    re.IGNORECASE,
)
#: Rates of something else.
_OTHER_RATE = re.compile(
    r"filt|pass|notch|mains|netz|cut|grenz|band|line|power|coup|corte|taglio|sector|secteur|heart|herz|puls|card|coeur"
    r"|cuore|hart|resp|atem|心|пульс|чсс|bpm|baud|display|refresh|screen|bit|sweep|paper|speed",
    re.IGNORECASE,
)
_SPACING = re.compile(r"interval|period|abstand|increment|delta|step|^d?t$|^dt\b", re.IGNORECASE)
_STEP_KEY = re.compile(
    r"lsb|resol|auflös|résol|risol|gain|scal|adc|sensit|ampl|step|bit|unit|einheit|unité|unidad",
    re.IGNORECASE,
)
_LEAD = re.compile(r"(?<![A-Za-z0-9])(III|II|I|aV[RLF]|[VC][1-6])(?![A-Za-z0-9])", re.IGNORECASE)
_LEAD_KEY = re.compile(
    r"^\s*(?:ecg |ekg )?(?:leads?|channels?|kan[aä]l\w*|ableitung\w*|d[ée]riv\w*|canal\w*|canaux|afleiding\w*|avledning\w*|aflednin\w*"
    r"|odprowadzen\w*|отведени\w*|导联|導聯|誘導|유도|columns?|spalten?)\s*$",
    re.IGNORECASE,
)
_MOMENT = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[T ,]+(?P<time>\d{1,2}:\d\d(?::\d\d)?))?"
)
#: Day before month, told by the points, or by a first number above twelve.
_MOMENT_DAY_FIRST = re.compile(
    r"(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.(?P<year>\d{4})(?:[T ,]+(?P<time>\d{1,2}:\d\d(?::\d\d)?))?"
)
_BORN = re.compile(
    r"birth|dob|geb|naiss|nacim|nascit|nasc|geboor|född|fødsel|syntym|narozen|urodz|рожд|出生|生年|생년",
    re.IGNORECASE,
)
_RECORDED = re.compile(
    r"record|date|datum|start|aufz|aufg|enreg|grab|regist|fecha|data|日|acqui|messung|zeit|time",
    re.IGNORECASE,
)
_NAME = re.compile(
    r"^(?:patient(?:'s)?[ _]?name|name|patient|nom|nombre|nome|naam|namn|navn|имя|姓名|名前|氏名|이름)$",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"^(?:patient[ _]?id|id|identifier|patienten[ _-]?id|pid|mrn)$", re.IGNORECASE)
_AGE = re.compile(r"^(?:age|alter|âge|edad|età|idade|leeftijd|ålder|возраст|年龄|年齢|나이)$", re.IGNORECASE)
_SEX = re.compile(
    r"^(?:sex|gender|geschlecht|sexe|sexo|sesso|geslacht|kön|пол|性别|性別|성별)$", re.IGNORECASE
)
_STATEMENT = re.compile(
    r"^(?:classification|klassifi\w*|clasificaci\w*|classificaz\w*|classifica\w*|классификация|分类|分類|분류"
    r"|interpretation|determination|result ?classification)$",
    re.IGNORECASE,
)


@dataclass
class Head:
    """What the head of a table states; None or empty where it does not.

    Attributes
    ----------
    rate : float or None
        Hz.
    unit : str or None
    step : float or None
        Units that a step of the numbers is.
    leads : tuple of str
        Names of the columns, or of the only one.
    recorded : str
        ISO 8601.
    patient : Patient
    statements : tuple of str
        What the device concluded.
    """

    rate: float | None = None
    unit: str | None = None
    step: float | None = None
    leads: tuple[str, ...] = ()
    recorded: str = ""
    patient: Patient = field(default_factory=Patient)
    statements: tuple[str, ...] = ()


def read_head(lines: Sequence[str]) -> Head:
    """Read the lines above a table, remark signs taken off."""
    head, rates, said, born = Head(), [], {}, ""
    for line in lines:
        match = KEY.fullmatch(line.strip())
        if match is None:
            rates += _rate_of("", line.strip())
            continue
        key, value = match["key"].strip(), match["value"].strip().strip("\"',;\t|").strip()
        name, _ = split_unit(key)
        rates += _rate_of(key, value) or _rate_of("", line.strip())
        head.unit = head.unit or _unit_of(value)
        if head.step is None:
            head.step, unit = _step_of(key, value)
            head.unit = head.unit or unit
        head.leads = head.leads or _leads_of(name, value)
        moment = moment_in(value)
        if moment and _BORN.search(key):
            born = moment
        elif moment and ("T" in moment or _RECORDED.search(key)):
            head.recorded = head.recorded or moment
        elif value and _STATEMENT.fullmatch(key):
            head.statements += (value,)
        for field_name, pattern in (
            ("name", _NAME),
            ("identifier", _IDENTIFIER),
            ("age", _AGE),
            ("sex", _SEX),
        ):
            if value and pattern.fullmatch(key):
                said.setdefault(field_name, value)
    head.rate = _chosen(rates)
    age = read_age(said.get("age", "").split()[0]) if said.get("age", "").split() else None
    head.patient = Patient(
        age if age is not None else age_between(born, head.recorded),
        read_sex(said.get("sex", "")),
        said.get("name", ""),
        said.get("identifier", ""),
    )
    return head


def moment_in(text: str) -> str:
    """A date, with its time where there is one, as ISO 8601; "" for any other text."""
    found = _MOMENT.match(text.strip()) or _MOMENT_DAY_FIRST.match(text.strip())
    if found is None or not (1 <= int(found["month"]) <= 12 and 1 <= int(found["day"]) <= 31):
        return ""
    day = f"{found['year']}-{int(found['month']):02d}-{int(found['day']):02d}"
    if not found["time"]:
        return day
    hour, minute, second = (*found["time"].split(":"), "00")[:3]
    return f"{day}T{int(hour):02d}:{minute}:{second}"


def _number(text: str) -> float:
    """The number in digits that were found as such."""
    return number_in(text) or 0.0


def _rate_of(key: str, value: str) -> list[tuple[int, float]]:
    """Rates a line states, and how plainly: 3 as one of sampling, 2 as a rate, 1 where only the unit says it."""
    if _OTHER_RATE.search(key):
        return []
    value = re.sub(r"\s*\([^)]*\)$", "", value)
    named = 2 if _SAMPLING.search(key) else 1 if _SOME_RATE.search(key) else 0
    found = _RATE.fullmatch(value)
    if found:
        rate = _number(found["number"]) * (1000 if found["kilo"] else 1)
        return [(1 + named, rate)] if MIN_RATE <= rate <= MAX_RATE else []
    if named and re.fullmatch(r"\d+(?:[.,]\d+)?", value):
        rate = _number(value)
        # The key may have the unit: "Sampling interval (ms)".
        if _SPACING.search(key):
            rate = 1000 / rate if rate and re.search(r"\bms\b|milli", key, re.IGNORECASE) else 0
        elif re.search(r"\bkhz\b", key, re.IGNORECASE):
            rate *= 1000
        return [(1 + named, rate)] if MIN_RATE <= rate <= MAX_RATE else []
    spacing = _INTERVAL.fullmatch(value)
    if spacing and _SPACING.search(key) and _number(spacing["number"]):
        unit = spacing["unit"].lower()
        scale = 1e-3 if unit.startswith("m") else 1e-6 if unit[0] in "uµ" else 1.0
        rate = 1 / (_number(spacing["number"]) * scale)
        return [(1 + named, rate)] if MIN_RATE <= rate <= MAX_RATE else []
    other = re.fullmatch(r"(?P<number>\d+(?:[.,]\d+)?)\s*[^\W\d_]{2,12}\.?", value)
    if named and other and not spacing and unit_in(value.lstrip("0123456789., ")) is None:
        # A word for hertz in another language.
        rate = _number(other["number"])
        return [(1 + named, rate)] if MIN_RATE <= rate <= MAX_RATE else []
    if not key:
        # Prose: "ECG, 500 Hz, filter 0.5 to 40 Hz"; only one that is called so counts.
        called = re.search(r"(?:sampl\w*|abtast\w*)[^.;]*?(?=\d)", value, re.IGNORECASE)
        rest = _RATE.match(value[called.end() :]) if called else None
        if rest and MIN_RATE <= _number(rest["number"]) <= MAX_RATE:
            return [(3, _number(rest["number"]))]
    return []


def _chosen(rates: list[tuple[int, float]]) -> float | None:
    """The rate that is stated most plainly; None where two are."""
    best = max((plain for plain, _ in rates), default=0)
    found = {rate for plain, rate in rates if plain == best}
    return found.pop() if len(found) == 1 else None


def _unit_of(value: str) -> str | None:
    """The unit that a value is, or each of the values of a list: "mV", "mV,mV"."""
    units = {unit_in(word) for word in re.split(r"[;,\t|]", value) if word.strip()}
    return units.pop() if len(units) == 1 else None


def _step_of(key: str, value: str) -> tuple[float | None, str | None]:
    """How many units a step of whole numbers is, and the unit."""
    if not _STEP_KEY.search(key):
        return None, None
    for pattern, is_turned in ((_STEP, False), (_STEPS, True)):
        found = pattern.fullmatch(value)
        if found:
            number = _number(found["number"])
            return ((1 / number if is_turned else number), found["unit"]) if number else (None, None)
    return None, None


def _leads_of(key: str, value: str) -> tuple[str, ...]:
    """The leads a line names: "Lead,Lead I", "Channels: I;II;V1", and in any language "X: X I"."""
    words = [word.strip(" \"'") for word in re.split(r"[;,\t|]", value) if word.strip(" \"'")]
    if _LEAD_KEY.fullmatch(key) and len(words) > 1 and len(known_leads(words)) > 1:
        return tuple(words)
    found = _LEAD.findall(value)
    rest = _LEAD.sub("", value).strip(" ()第-")
    if len(found) == 1 and (_LEAD_KEY.fullmatch(key) or (rest and rest.casefold() == key.strip().casefold())):
        return (found[0],)
    if _LEAD_KEY.fullmatch(key) and len(words) == 1 and known_leads(words):
        return (words[0],)
    return ()
