"""A local store that was moved, copied or restored, or written by another version of MLflow.

MLflow's database keeps the absolute address of each artifact. If a store is not where its addresses
say, they are rewritten when it is opened, before anything is read or written. A copy therefore
never changes the store that it was copied from.
"""

import re
import sqlite3
from contextlib import closing
from functools import lru_cache
from pathlib import Path

from ..errors import BadInputError, UnavailableError

ADDRESSES = (
    ("experiments", "artifact_location"),
    ("runs", "artifact_uri"),
    ("logged_models", "artifact_location"),
    ("model_versions", "source"),
    ("model_versions", "storage_location"),
)
"""The tables and columns of MLflow's database that hold addresses of artifacts."""


def check_schema(database: Path) -> None:
    """Refuse a database that another version of MLflow wrote in another schema.

    Raises:
        BadInputError: names the command that upgrades the database.
    """
    import mlflow

    with closing(sqlite3.connect(database)) as connection:
        try:
            [[revision]] = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        except (sqlite3.OperationalError, ValueError):  # an empty file, which MLflow fills
            return
    known, superseded = _schemas()
    if revision in superseded:
        raise BadInputError(
            f"models' store ({database}): an older MLflow wrote it (schema {revision}), MLflow "
            f"{mlflow.__version__} is installed. Copy its folder, then run `uv run mlflow db "
            f"upgrade {_address(database)}`."
        )
    if revision not in known:
        raise BadInputError(
            f"models' store ({database}): a newer MLflow wrote it (schema {revision}), MLflow "
            f"{mlflow.__version__} is installed. Install the newer one (`uv lock --upgrade-package "
            "mlflow`, then `uv sync`), or restore a copy that this one wrote."
        )


@lru_cache
def _schemas() -> tuple[set[str], set[str]]:
    """The database schemas that the installed MLflow knows, and those that have a successor."""
    import mlflow

    folder = Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions"
    text = "\n".join(path.read_text() for path in folder.glob("*.py"))
    known, superseded = (
        set(re.findall(rf"^{name} = [\"'](\w+)", text, re.M))
        for name in ("revision", "down_revision")
    )
    return known, superseded


def _address(database: Path) -> str:
    """The database's address, as short as the current folder allows."""
    inside = database.is_relative_to(Path.cwd())
    return f"sqlite:///{(database.relative_to(Path.cwd()) if inside else database).as_posix()}"


def follow(database: Path, artifacts: Path) -> None:
    """Rewrite the addresses of a store's artifacts, in one transaction, if it lies elsewhere.

    Args:
        database: of the store.
        artifacts: the folder of artifacts beside it; addresses of a folder of the same two last
            names elsewhere are rewritten, others (of a shared folder, a bucket) stay.

    Raises:
        UnavailableError: when the store was moved and cannot be written to.
    """
    here = artifacts.as_uri()
    name = f"/{artifacts.parent.name}/{artifacts.name}"
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        known = _column(connection, "SELECT name FROM sqlite_master WHERE type = 'table'")
        if "experiments" not in known:
            return
        found = _column(connection, "SELECT DISTINCT artifact_location FROM experiments")
        before = [root for root in found if str(root).startswith("file:") and root.endswith(name)]
        try:
            for root in before:
                if root != here:
                    _rewrite(connection, root, here)
        except sqlite3.OperationalError as error:
            raise UnavailableError(
                f"models' store ({database}): it was moved or copied from {before[0]}, and its "
                f"addresses cannot be rewritten: {error}. Make the folder writable, or try again."
            ) from error


def _rewrite(connection: sqlite3.Connection, root: str, here: str) -> None:
    connection.execute("BEGIN IMMEDIATE")
    with connection:
        for table, column in ADDRESSES:
            connection.execute(
                f"UPDATE {table} SET {column} = ? || substr({column}, ?) "
                f"WHERE {column} = ? OR substr({column}, 1, ?) = ?",
                (here, len(root) + 1, root, len(root) + 1, f"{root}/"),
            )


def _column(connection: sqlite3.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query)]
