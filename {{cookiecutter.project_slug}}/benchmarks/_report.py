"""One report of all benchmarks, reports/bench.{json,md,png}: each puts its latest figures in."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.measuring import machine
from {{ cookiecutter.package_name }}.reporting.files import write_files

TOLD = 0.1
"""The change of a ratio, as a share of what it was, from which on it is told."""


def tell(folder: Path, benchmark: str, ratios: Mapping[str, float], text: str) -> None:
    """Print what was found, and what is no longer as in the report before; renew the report.

    Args:
        folder: where the report is.
        benchmark: the name that its earlier figures have there.
        ratios: what was compared with which baseline -> times as much.
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
    """What has changed since by more than TOLD, one line for each."""
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
    """A part for each benchmark."""
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
    """Every ratio, beside the line of what is as fast as its baseline."""
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
        color=["#2a7f62" if ratio <= 1 else "#e0a030" for _, ratio in bars],
    )
    panel.bar_label(drawn, [f"{ratio:.2f}" for _, ratio in bars], padding=4)
    panel.set_xscale("log")
    panel.margins(x=0.15)
    panel.axvline(1, color="black", linewidth=1)
    panel.set_xlabel("times as much as the baseline (logarithmic)")
    panel.spines[["top", "right", "left"]].set_visible(False)
    panel.tick_params(left=False)
    figure.suptitle("Benchmarks: less than 1 is better than the baseline", x=0.01, ha="left")
    return figure
