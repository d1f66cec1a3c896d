"""The process that Spark forks its Python workers from: pandas is loaded once for all of them."""

import pandas  # noqa: F401
import pyarrow  # noqa: F401
from pyspark.daemon import manager

if __name__ == "__main__":
    manager()
