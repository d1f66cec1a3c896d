"""The process that Spark forks Python workers from: pandas is loaded once for all workers."""

import pandas  # noqa: F401
import pyarrow  # noqa: F401
from pyspark.daemon import manager

if __name__ == "__main__":
    manager()  # type: ignore[no-untyped-call, unused-ignore]  # typed from Spark 4.2 on
