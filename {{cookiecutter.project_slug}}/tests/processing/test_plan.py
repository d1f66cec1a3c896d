"""The data path of rows, read from real plans."""

from datetime import date

import pandas as pd
import pytest
from pyspark.sql import functions as F
from pyspark.sql.functions import udtf

from {{ cookiecutter.package_name }}.processing import WAYS
from {{ cookiecutter.package_name }}.processing.plan import data_path, physical_plan

from tests.plans import repeated_calls

DATA_PATHS = {
    "rdd": "pickle",
    "dataframe": "jvm",
    "pandas_on_spark": "jvm",
    "python_udf": "pickle",
    "python_udf_arrow": "arrow",
    "pandas_udf": "arrow",
}


def mean_in_pandas(values: pd.Series) -> float:
    return values.mean()


@pytest.fixture(autouse=True)
def adaptive_plans(spark):
    """Adaptive plans as users get them; the other tests turn adaptive execution off."""
    spark.conf.set("spark.sql.adaptive.enabled", True)
    yield
    spark.conf.set("spark.sql.adaptive.enabled", False)


@pytest.fixture
def stored_usage(spark, make_usage, tmp_path):
    """Usage read from a file: its own plan shows no Python."""
    path = str(tmp_path / "usage")
    make_usage([("a", date(2025, 1, 1), 1.0)]).write.parquet(path)
    return spark.read.parquet(path)


def test_every_way_has_a_road_to_expect():
    assert DATA_PATHS.keys() == WAYS.keys()


@pytest.mark.parametrize("task", ["charge", "trend"])
def test_rows_take_the_road_that_the_way_stands_for(way, task, stored_usage):
    assert data_path(getattr(WAYS[way], task)(stored_usage)) == DATA_PATHS[way]


def test_the_frame_that_is_read_stays_in_the_jvm(stored_usage):
    assert data_path(stored_usage) == "jvm"


@pytest.mark.parametrize(
    "through_python",
    [
        lambda frame: frame.mapInPandas(lambda batches: batches, frame.schema),
        lambda frame: frame.mapInArrow(lambda batches: batches, frame.schema),
        lambda frame: frame.groupBy("customer_id").applyInArrow(lambda t: t, frame.schema),
        lambda frame: frame.groupBy("customer_id").agg(
            # made here: at import it is unknown whether Spark is near or remote
            F.pandas_udf(mean_in_pandas, "double")("usage")
        ),
        lambda frame: (
            frame.groupBy("customer_id")
            .cogroup(frame.groupBy("customer_id"))
            .applyInPandas(lambda left, right: left, frame.schema)
        ),
    ],
    ids=["mapInPandas", "mapInArrow", "applyInArrow", "grouped aggregate", "cogroup"],
)
def test_other_functions_on_batches_go_through_arrow(through_python, stored_usage):
    assert data_path(through_python(stored_usage)) == "arrow"


def test_a_pickled_table_function_is_not_taken_for_the_jvm(spark):
    @udtf(returnType="n int", useArrow=False)
    class Once:
        def eval(self):
            yield (1,)

    assert data_path(Once()) == "pickle"


def test_pickle_anywhere_in_the_plan_wins_over_arrow(stored_usage):
    through_arrow = WAYS["pandas_udf"].charge(stored_usage).withColumnRenamed("charge", "usage")
    assert data_path(WAYS["python_udf"].charge(through_arrow)) == "pickle"


def test_the_plan_is_returned_and_not_printed(stored_usage, capsys):
    assert "FileScan parquet" in physical_plan(stored_usage)
    assert capsys.readouterr().out == ""


def doubled(values: pd.Series) -> pd.DataFrame:
    return pd.DataFrame({"twice": 2 * values, "thrice": 3 * values})


def test_a_function_that_a_filter_makes_run_twice_is_found(spark):
    call = F.pandas_udf(doubled, "twice long, thrice long")
    rows = spark.range(5).select(call("id").alias("of")).select("of.*")
    assert repeated_calls(physical_plan(rows)) == []
    assert repeated_calls(physical_plan(rows.where("twice > 2"))) == ["doubled"]


def test_a_cached_frame_that_is_read_twice_computes_once(spark):
    call = F.pandas_udf(doubled, "twice long, thrice long")
    rows = spark.range(5).select(call("id").alias("of")).select("of.*").cache()
    both = rows.join(rows.where("twice > 2"), "thrice")
    assert repeated_calls(physical_plan(both)) == []
    rows.unpersist()
