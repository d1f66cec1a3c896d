"""What the charts of all subjects share: colours, numbers, names, dates and titles."""

import textwrap
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import cycle

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

GREEN, ORANGE, BLUE, VERMILION = "#009E73", "#E69F00", "#0072B2", "#D55E00"
SKY, PURPLE, BLACK, GREY = "#56B4E9", "#CC79A7", "#000000", "#767676"
PALETTE = (GREEN, ORANGE, BLUE, VERMILION, SKY, PURPLE, BLACK)
"""Colours that colour-blind people can tell apart (Okabe and Ito, 2008).

Their yellow is left out, because a yellow line is hard to see on white. GREY is for guides.
"""

NAME_LENGTH = 24
"""Letters of a name that a chart has room for."""

LETTERS_PER_INCH = 8
"""Minimum number of letters per inch of a bold title of 13 points."""


def short(number: float) -> str:
    """Write a number in three digits at most: 1.8 M, 320 k, 57, 0.25."""
    rounded = float(f"{number:.3g}")
    for size, letter in ((1e12, " tn"), (1e9, " bn"), (1e6, " M"), (1e3, " k")):
        if abs(rounded) >= size:
            return f"{rounded / size:.3g}{letter}"
    return f"{rounded:.3g}"


def two_digits(number: float) -> str:
    """Write a figure in two digits, for figures that are not more accurate."""
    return short(float(f"{number:.2g}"))


def label(name: object, length: int = NAME_LENGTH) -> str:
    """Write a name in one line, cut in its middle where it is longer than `length` letters.

    The end stays, because names that begin alike often differ there. Dollar signs are escaped:
    matplotlib would read what stands between two of them as a formula.
    """
    text = " ".join(str(name).split())
    if len(text) > length:
        half = (length - 1) // 2
        text = f"{text[: length - 1 - half]}…{text[-half:]}"
    return text.replace("$", r"\$")


def colours_of(names: Iterable[str], fixed: Mapping[str, str]) -> dict[str, str]:
    """Give each name its colour of `fixed`, and each other name a colour that is left.

    A name of `fixed` has the same colour in every chart, whichever other names there are.
    """
    wanted = list(names)
    kept = {fixed[name] for name in wanted if name in fixed}
    # colours of names that are not here come last
    free = sorted((c for c in PALETTE if c not in kept), key=lambda c: c in fixed.values())
    left = cycle(free or PALETTE)
    return {name: fixed.get(name) or next(left) for name in wanted}


def write_title(figure: Figure, text: str) -> None:
    """Write a title over a figure, in as many lines as its width asks for."""
    width = int(figure.get_figwidth() * LETTERS_PER_INCH)
    lines = textwrap.fill(" ".join(text.split()).replace("$", r"\$"), width)
    figure.suptitle(lines, x=0.01, ha="left", fontsize=13, fontweight="bold")


def name_panel(panel: Axes, title: str) -> None:
    """Write a panel's title and leave out the lines above and to the right of it."""
    panel.set_title(title, loc="left", fontsize=11)
    panel.spines[["top", "right"]].set_visible(False)


def place_dates(panel: Axes, dates: Iterable[date], ticks: int = 4) -> None:
    """Write few dates below a panel: Januaries of a long history, else some of the periods.

    Args:
        panel: whose horizontal axis shows time.
        dates: all periods that are drawn.
        ticks: how many of them there is room for.
    """
    periods = pd.DatetimeIndex(sorted(set(pd.to_datetime(list(dates)))))
    if not len(periods):
        return
    first, last = periods[0], periods[-1]
    if (last - first).days > ticks:
        periods = periods.normalize().unique()  # the clock time tells nothing over many days
    if last.year - first.year >= ticks:
        step = -(-(last.year - first.year) // ticks)
        years = pd.date_range(first.normalize(), last, freq="YS")[::-1][::step][::-1]
        panel.set_xticks(years.to_pydatetime(), [f"{year:%Y}" for year in years])
        return
    shown = periods[::-1][:: -(-len(periods) // ticks)][::-1]
    if (periods.hour != 0).any():
        style = "%H:%M\n%d %b"
    elif (periods.day != 1).any():
        style = "%d %b\n%Y"
    else:
        style = "%b\n%Y"
    # where periods are missing, neighbours can be too near to each other for their dates
    apart = (last - first) / (2 * ticks)
    kept = [shown[0]]
    for day in shown[1:]:
        if day - kept[-1] >= apart:
            kept.append(day)
    panel.set_xticks(pd.DatetimeIndex(kept).to_pydatetime(), [f"{day:{style}}" for day in kept])


def shorten_numbers(panel: Axes) -> None:
    """Write the numbers of a panel's vertical axis in three digits."""
    panel.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
