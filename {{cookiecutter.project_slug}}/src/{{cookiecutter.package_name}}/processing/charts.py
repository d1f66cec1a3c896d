"""Every picture of the project, each a function from figures to a matplotlib Figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ..reporting.charts import short

if TYPE_CHECKING:
    from .compare import Measurement

DATA_PATHS = {
    "jvm": ("#2a7f62", "stays in the JVM"),
    "arrow": ("#e0a030", "to Python and back through Arrow, in batches"),
    "pickle": ("#c0392b", "to Python and back pickled, row by row"),
}
"""A colour and a legend for each data path."""

WAY_NAMES = {
    "dataframe": "DataFrame",
    "pandas_on_spark": "pandas API on Spark",
    "pandas_udf": "pandas UDF",
    "python_udf_arrow": "Python UDF (Arrow)",
    "python_udf": "Python UDF (pickled)",
    "rdd": "RDD",
}

TASK_NAMES = {
    "charge": "On each row: charge",
    "trend": "On each group: trend (a pandas UDF pays per group)",
}


def processing(measurements: Sequence[Measurement]) -> Figure:
    """Bars of rows per second for each way, coloured by data path."""
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    panels = figure.subplots(1, len(TASK_NAMES), sharex=True, sharey=True)
    for panel, (task, title) in zip(panels, TASK_NAMES.items(), strict=True):
        of_task = {m.way: m for m in measurements if m.task == task}
        ordered = [of_task[way] for way in reversed(WAY_NAMES) if way in of_task]
        slowest = max(m.seconds for m in ordered)
        bars = panel.barh(
            [WAY_NAMES[m.way] for m in ordered],
            [m.rows_per_second for m in ordered],
            color=[DATA_PATHS[m.data_path][0] for m in ordered],
        )
        labels = [f"{short(m.rows_per_second)}/s   {slowest / m.seconds:.0f}x" for m in ordered]
        panel.bar_label(bars, labels, padding=5)
        panel.set_title(title, loc="left", fontsize=11)
        panel.margins(x=0.3)
        panel.xaxis.set_visible(False)
        panel.spines[["top", "right", "bottom"]].set_visible(False)
        panel.tick_params(left=False)
    figure.suptitle(
        f"How fast is each way?  Rows per second, on {short(measurements[0].rows)} rows of usage, "
        "and times the slowest",
        x=0.01,
        ha="left",
        fontsize=13,
        fontweight="bold",
    )
    legend = [Patch(color=colour, label=label) for colour, label in DATA_PATHS.values()]
    figure.legend(handles=legend, loc="outside lower left", ncols=len(legend), frameon=False)
    return figure
