"""Read ORC files, which must have the same columns."""

import pyarrow as pa
from pyarrow import orc
from pyspark.sql import DataFrame, SparkSession

from ..errors import BadInputError
from .schemas import Table
from .sources import Files, twice_in
from .writing import as_literal


def open_orc(spark: SparkSession, files: Files, table: Table, where: str) -> DataFrame:
    """Open ORC files with their stored types.

    Raises:
        BadInputError: if a file is damaged, or lacks a column that others have: Spark would read
            nulls for it.
    """
    first = None
    for path in files.sizes:
        try:
            schema = orc.ORCFile(path).schema
        except (pa.ArrowException, OSError) as error:
            raise BadInputError(f"{where}: a file is damaged: {path.name} is not ORC.") from error
        columns = [(field.name, field.type) for field in schema]
        for name in {name.lower() for name in files.partitions} & {c[0].lower() for c in columns}:
            raise twice_in(name, path, where)
        first = first or (path, columns)
        if columns != first[1]:
            raise BadInputError(
                f"{where}: the columns of {first[0].name} and {path.name} differ. Write all files "
                "with the same columns and types."
            )
    return spark.read.orc(as_literal(files.root))
