"""QT corrected for the heart rate, and where a correction is not to be trusted.

Bazett (Heart 1920;7:353), Fridericia (Acta Med Scand 1920;53:469), Framingham (Sagie et al., Am J Cardiol
1992;70:797), Hodges (J Am Coll Cardiol 1983;1:694). Limits of use: Rautaharju et al., AHA/ACCF/HRS part IV,
Circulation 2009;119:e241; Vandenberk et al., J Am Heart Assoc 2016;5:e003264.
"""

from __future__ import annotations

FORMULAS = ("bazett", "fridericia", "framingham", "hodges")
#: Heart rates (1/min) at which Bazett's formula holds: it overcorrects above and undercorrects below.
BAZETT_RATES = (60.0, 90.0)
#: A QRS so long (ms) lengthens QT by itself.
WIDE_QRS = 120.0
#: Coefficient of variation of RR above which one RR cannot stand for the beats before a QT.
IRREGULAR = 0.15


def corrected(qt: float | None, rr: float | None) -> dict[str, float | None]:
    """QT at 60/min by each formula of `FORMULAS`, ms; None where QT or RR is not known.

    Parameters
    ----------
    qt : float or None
        Milliseconds.
    rr : float or None
        Mean RR interval, seconds.

    Examples
    --------
    >>> {name: round(value) for name, value in corrected(360, 0.64).items()}
    {'bazett': 450, 'fridericia': 418, 'framingham': 415, 'hodges': 419}
    """
    if qt is None or rr is None:
        return dict.fromkeys(FORMULAS)
    return {
        "bazett": qt / rr**0.5,
        "fridericia": qt / rr ** (1 / 3),
        "framingham": qt + 154 * (1 - rr),
        "hodges": qt + 1.75 * (60 / rr - 60),
    }


def qtc_doubts(
    formula: str, heart_rate: float | None, qrs: float | None, rr_cv: float | None
) -> tuple[str, ...]:
    """Why a QTc is not to be trusted: any of "heart rate", "wide QRS", "irregular rhythm".

    Parameters
    ----------
    formula : str
        One of `FORMULAS`.
    heart_rate : float or None
        1/min.
    qrs : float or None
        Milliseconds.
    rr_cv : float or None
        Coefficient of variation of the RR intervals.
    """
    low, high = BAZETT_RATES
    doubts = {
        "heart rate": formula == "bazett" and heart_rate is not None and not low <= heart_rate <= high,
        "wide QRS": qrs is not None and qrs >= WIDE_QRS,
        "irregular rhythm": rr_cv is not None and rr_cv > IRREGULAR,
    }
    return tuple(reason for reason, holds in doubts.items() if holds)
