"""Read the data path of a frame's rows (JVM, Arrow or pickle) from Spark's physical plan."""

import io
import re
from contextlib import redirect_stdout
from typing import Literal

from pyspark.sql import DataFrame

DataPath = Literal["jvm", "arrow", "pickle"]

PICKLE = re.compile(r"\bBatchEvalPython(UDTF)?\b|\bScan ExistingRDD\b")
ARROW = re.compile(
    r"\b(ArrowEvalPython|ArrowAggregatePython|ArrowWindowPython|ArrowEvalPythonUDTF"
    r"|(Aggregate|Window)InPandas"  # their names in Spark 4.0
    r"|(FlatMapGroups|FlatMapCoGroups|Map)In(Pandas|Arrow)(WithState)?)\b"
)


def physical_plan(frame: DataFrame) -> str:
    """The text that `frame.explain()` prints. Works over Spark Connect, where `_jdf` is absent."""
    with redirect_stdout(io.StringIO()) as text:
        frame.explain()
    return text.getvalue()


def data_path(frame: DataFrame) -> DataPath:
    """Say how the rows of a frame travel.

    Returns:
        "jvm": they never leave the JVM. "arrow": some go to Python and back in Arrow's columnar
        batches. "pickle": some are pickled row by row (a plain UDF without Arrow, or an RDD; a
        frame that `createDataFrame` made of a Python list is an RDD too).
    """
    plan = physical_plan(frame)
    if PICKLE.search(plan):
        return "pickle"
    return "arrow" if ARROW.search(plan) else "jvm"
