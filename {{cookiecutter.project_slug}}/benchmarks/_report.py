"""The report of all benchmarks, reports/bench.{json,md,png}, with the latest figures of each."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from {{ cookiecutter.package_name }}.measuring import machine
from {{ cookiecutter.package_name }}.reporting.charts import GREEN, ORANGE
from {{ cookiecutter.package_name }}.reporting.files import write_files

TOLD = 0.1
"""Relative change of a ratio above which the report mentions it."""


def tell(folder: Path, benchmark: str, ratios: Mapping[str, float], text: str) -> None:
    """Print the results of a benchmark and their changes since the last report; write the report.

    Args:
        folder: folder of the report.
        benchmark: name of the benchmark.
        ratios: what was compared -> cost as a multiple of the baseline's.
        text: tables and conclusions, in Markdown.
    """
    path = folder / "bench.json"
    report = json.loads(path.read_text()) if path.exists() else {}
    found = {
        "day": date.today().isoformat(),
        "machine": machine(),
        "ratios": dict(ratios),
        "changes": changes(report.get(benchmark), ratios),
        "text": text,
    }
    report[benchmark] = found
    print(text, found["machine"], *found["changes"], sep="\n\n")
    write_files(folder, "bench", report, as_markdown(report), picture(report))


def changes(earlier: Mapping[str, Any] | None, ratios: Mapping[str, float]) -> list[str]:
    """Return one line for each ratio that has changed by more than TOLD."""
    if earlier is None:
        return []
    before = earlier["ratios"]
    return [
        f"{what}: {ratio:.2f} times; on {earlier['day']} it was {before[what]:.2f} "
        f"({ratio / before[what] - 1:+.0%})"
        for what, ratio in ratios.items()
        if what in before and abs(ratio / before[what] - 1) > TOLD
    ]


def as_markdown(report: Mapping[str, Any]) -> str:
    """Return the report in Markdown, one section per benchmark."""
    parts = ["# Benchmarks"]
    for benchmark, found in report.items():
        told = "\n".join(f"- Changed: {change}" for change in found["changes"])
        parts += [
            f"## {benchmark}, {found['day']}",
            *filter(None, [found["text"], told]),
            found["machine"],
        ]
    return "\n\n".join(parts)


def picture(report: Mapping[str, Any]) -> Figure:
    """Draw every ratio as a bar that starts at 1, the cost of the baseline."""
    bars = [
        (f"{benchmark}: {what}", ratio)
        for benchmark, found in report.items()
        for what, ratio in found["ratios"].items()
    ][::-1]
    figure = Figure(figsize=(11, 1.5 + 0.3 * len(bars)), layout="constrained")
    panel = figure.subplots()
    drawn = panel.barh(
        [name for name, _ in bars],
        [ratio - 1 for _, ratio in bars],
        left=1,
        color=[GREEN if ratio <= 1 else ORANGE for _, ratio in bars],
    )
    panel.bar_label(drawn, [f"{ratio:.2f}" for _, ratio in bars], padding=4)
    panel.set_xscale("log")
    panel.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.xaxis.set_major_formatter(FuncFormatter(lambda ratio, _: f"{ratio:g}"))
    panel.xaxis.set_minor_formatter("")
    panel.margins(x=0.15)
    panel.axvline(1, color="black", linewidth=1)
    panel.set_xlabel("times as much as the baseline (logarithmic)")
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.tick_params(left=False)
    figure.suptitle("Benchmarks: less than 1 is better than the baseline", x=0.01, ha="left")
    return figure
