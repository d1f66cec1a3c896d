"""Provide the tables of the experiment: samples of rows, and features in any number."""

import os
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame

from ..sampling import in_sample, sample_hash
from ..tables import quoted
from ..training.columns import KEYS, LABEL

FILES_OF_CORE = 4


@dataclass(frozen=True)
class Data:
    """The tables to train and score on.

    training: KEYS, LABEL (never null) and feature columns; smaller sizes are samples of it.
    rows: number of rows of `training`.
    holdout: the same columns, of rows that no model is trained on.
    folder: a folder for temporary tables.
    """

    training: DataFrame
    rows: int
    holdout: DataFrame
    folder: Path

    def some(self, size: int) -> DataFrame:
        """Return a sample of about `size` rows; a larger sample contains every smaller one."""
        chosen = self.training.where(in_sample(size / self.rows, "size", *KEYS))
        return self.stored(f"rows {size}", chosen)

    def stored(self, name: str, table: DataFrame) -> DataFrame:
        """Return a table that is stored in the folder under this name (see `stored`)."""
        return stored(self.folder / name, table)


def stored(path: Path, table: DataFrame) -> DataFrame:
    """Return a table from files at a path; write them, several per core, if the path is missing."""
    if not path.exists():
        table.repartition(FILES_OF_CORE * (os.cpu_count() or 1)).write.parquet(str(path))
    return table.sparkSession.read.parquet(str(path))


def with_features(rows: DataFrame, known: list[str], count: int) -> DataFrame:
    """Return KEYS, LABEL and `count` features: the first known ones, then random noise."""
    noise = [
        (sample_hash(f"noise {number}", *KEYS) % 1000 / 1000).alias(f"noise_{number}")
        for number in range(count - len(known))
    ]
    return rows.select(*KEYS, LABEL, *map(quoted, known[:count]), *noise)
