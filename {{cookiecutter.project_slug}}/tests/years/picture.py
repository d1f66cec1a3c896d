"""One picture of three years: what happened, what was told, and how well predictions came true."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.monitoring.charts import COLOURS, MARKERS
from {{ cookiecutter.package_name }}.reporting.charts import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    name_panel,
    write_title,
)

Errors = Mapping[str, Sequence[tuple[int, float]]]
"""Figure -> the runs that it was measured for, with its values."""


def draw(
    file: Path,
    title: str,
    months: Sequence[str],
    events: Mapping[int, str],
    alarms: Sequence[tuple[int, str, str]],
    done: Sequence[tuple[int, str]],
    errors: Errors,
) -> None:
    """Draw the events of the runs over the errors, what was told, and what was done.

    Args:
        file: to write.
        title: of the picture.
        months: of the runs; the first run is number 1.
        events: run -> what happened.
        alarms: (run, check, watch or act).
        done: (run, what was done), such as a training.
        errors: the panel on top.
    """
    figure = Figure(figsize=(12, 8), layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2])
    for (name, values), colour in zip(errors.items(), (BLUE, GREEN), strict=False):
        above.plot(*zip(*values, strict=True), color=colour, marker=".", label=name)
    above.set_ylim(bottom=0)
    above.legend(loc="upper left", bbox_to_anchor=(0, 0), ncols=2, frameon=False)
    lanes = [*dict.fromkeys(what for _, what in done)]
    lanes += sorted({check for _, check, _ in alarms})
    for what in lanes:
        at = [run for run, known in done if known == what]
        below.scatter(at, [lanes.index(what)] * len(at), color=BLACK, marker="s", s=40)
    for status in ("watch", "act"):
        told = [(run, lanes.index(check)) for run, check, said in alarms if said == status]
        if told:
            runs, heights = zip(*told, strict=True)
            marker, colour = MARKERS[status], COLOURS[status]
            below.scatter(runs, heights, color=colour, marker=marker, s=55, label=status, zorder=3)
    below.set_yticks(range(len(lanes)), lanes)
    below.set_ylim(-0.7, len(lanes) - 0.3)
    below.grid(axis="y", color=GREY, alpha=0.2)
    below.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False)
    for panel in (above, below):
        for run in events:
            panel.axvline(run, color=GREY, linestyle=":", linewidth=1, zorder=0)
    for run, name in events.items():
        above.annotate(
            name,
            (run, 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, 3),
            textcoords="offset points",
            rotation=60,
            fontsize=10,
        )
    every = range(1, len(months) + 1, 3)
    below.set_xticks(every, [months[run - 1] for run in every], rotation=45)
    below.set_xlim(0.3, len(months) + 2)
    name_panel(below, "")
    above.spines[["top", "right"]].set_visible(False)
    write_title(figure, title)
    file.parent.mkdir(exist_ok=True)
    figure.savefig(file, dpi=120)
