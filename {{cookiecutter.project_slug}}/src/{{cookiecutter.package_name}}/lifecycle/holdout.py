"""The holdout: rows that a challenger has not seen, kept with it to compare models on.

They are customers' data. Only columns that models need are kept, without the keys that name
customers and months; registration leaves them out when told so, and removal deletes them.
"""

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from ..sampling import collect_sample
from ..training.columns import LABEL, Kind, as_kinds
from .measured import measured_kinds
from .store import UnusableModelError, download, find_champion

HOLDOUT = "holdout/holdout.parquet"
HOLDOUT_ROWS = 50_000
"""About the most rows of a holdout that are kept."""

NO_HOLDOUT = "no_holdout"
"""The tag of a version whose holdout was not kept."""


def log_holdout(holdout: DataFrame, keys: list[str], kinds: Mapping[str, Kind]) -> None:
    """Store rows with the current run, as LABEL and columns of these kinds, without their keys.

    Args:
        holdout: rows with keys, LABEL and the columns.
        keys: the columns that tell rows apart; they decide which rows are kept, and in what order.
        kinds: the columns that models need.
    """
    import mlflow

    rows = holdout.select(*keys, F.col(LABEL).cast("int"), *as_kinds(holdout, kinds))
    kept = collect_sample(rows, keys, HOLDOUT_ROWS, "holdout").drop(columns=keys)
    with TemporaryDirectory() as folder:
        path = Path(folder, Path(HOLDOUT).name)
        kept.to_parquet(path)
        mlflow.log_artifact(str(path), str(Path(HOLDOUT).parent))


def champions_kinds(client: Any, name: str, frame: DataFrame) -> dict[str, Kind]:
    """The columns of the champion that a table has, to be kept even if they are now constant.

    A column of text is kept as text, whichever kind the champion needs.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    champion = find_champion(client, name)
    if champion is None:
        return {}
    stored = dict(frame.dtypes)
    try:
        signature = mlflow.models.get_model_info(f"models:/{name}/{champion.version}").signature
        measured = measured_kinds(champion, f"model {name}: version {champion.version}")
    except (UnusableModelError, MlflowException, OSError):  # gone: it will not be compared
        return {}
    return {
        column: "category" if stored[column] in ("string", "boolean") else "number"
        for column in (*signature.inputs.input_names(), *measured)
        if column in stored
    }


def load_holdout(version: Any, where: str) -> pd.DataFrame:
    """Load the rows that were stored with the run of a version; `where` is for messages."""
    with TemporaryDirectory() as folder:
        path = download(folder, where, run_id=version.run_id, artifact_path=HOLDOUT)
        return pd.read_parquet(path)
