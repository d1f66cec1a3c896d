"""What is kept of customers with a model, and that it goes with the model."""

import mlflow
import pandas as pd
import pytest

from {{ cookiecutter.package_name }} import lifecycle
from {{ cookiecutter.package_name }}.lifecycle import NoModelError, holdout


def test_a_holdout_has_no_ids_and_only_columns_that_models_need(
    plain, trained, rows, register, name, store
):
    register(plain)
    [path] = store.rglob("holdout.parquet")
    kept = pd.read_parquet(path)
    assert list(kept.columns) == ["churned", "usage", "noise"]
    assert not [b for b in path.read_bytes().split(b"C") if b[:3] == b"999"]
    expected = rows.sort_values("customer_id", ignore_index=True)
    assert (kept["usage"] == expected["usage"]).all()
    assert (kept["churned"] == expected["churned"]).all()


def test_a_large_holdout_is_a_sample(plain, register, store, monkeypatch):
    monkeypatch.setattr(holdout, "HOLDOUT_ROWS", 100)
    register(plain)
    [path] = store.rglob("holdout.parquet")
    assert 50 < len(pd.read_parquet(path)) < 150


def test_no_rows_are_kept_when_told_so(plain, register, store):
    register(plain, rows=None)
    assert not list(store.rglob("*.parquet"))


@pytest.mark.slow
def test_old_versions_go_with_their_files_and_those_in_use_stay(plain, register, name, store):
    for _ in range(5):
        register(plain)
    lifecycle.promote(name, "1")
    lifecycle.promote(name, "2")
    assert lifecycle.delete_old(name, 1) == ["3", "4"]
    assert len(list(store.rglob("holdout.parquet"))) == 3
    assert len(list(store.rglob("model.skops"))) == 3
    with pytest.raises(NoModelError, match="there is no version 3"):
        lifecycle.load(name, "3")
    assert lifecycle.load(name, "champion").version == "2"
    assert lifecycle.roll_back(name) == ("2", "1")
    assert lifecycle.load(name, "challenger").version == "5"
    assert len(mlflow.search_runs(experiment_names=[name], output_format="list")) == 3
    assert lifecycle.delete_old(name, 9) == []
