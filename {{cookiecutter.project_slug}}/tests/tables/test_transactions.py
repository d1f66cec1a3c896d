"""Names and checks of tables with transactions; tests/cluster writes and reads such tables."""

import pytest

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import transactions
from {{ cookiecutter.package_name }}.tables.destinations import Destination, destination
from {{ cookiecutter.package_name }}.tables.hadoop_files import HadoopFiles


@pytest.mark.parametrize(
    ("source", "parts"),
    [
        ("dev.shop.usage", ("dev.shop.usage", None)),
        ("dev.shop.usage@12", ("dev.shop.usage", "12")),
        ("lake@2025-01-31", ("lake", "2025-01-31")),
        ("delta.`s3a://b/x`@2025-01-31 10:00", ("delta.`s3a://b/x`", "2025-01-31 10:00")),
        ("abfss://files@account/x", ("abfss://files@account/x", None)),
    ],
)
def test_a_version_stands_behind_the_table(source, parts):
    assert transactions.with_version(source) == parts


def test_a_folder_whose_name_has_a_number_behind_an_at_is_a_folder(tmp_path):
    (tmp_path / "usage@1").mkdir()
    assert transactions.with_version(str(tmp_path / "usage@1"))[1] is None


def test_a_format_is_told_by_the_name_or_by_the_folder(tmp_path):
    (tmp_path / "mine/_delta_log").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    named = transactions.with_format("delta.`s3a://b/x`")
    assert named == Destination("s3a://b/x", "delta")
    assert transactions.with_format(str(tmp_path / "mine")).format == "delta"
    assert transactions.with_format(str(tmp_path / "other")) is None
    assert transactions.with_format("delta.usage") is None


@pytest.mark.parametrize(
    ("source", "other"),
    [
        ("out/scores", "out/scores_n"),
        ("out/scores/", "out/scores_n"),
        ("s3a://b/scores/", "s3a://b/scores_n"),
        ("delta.`s3a://b/scores`", "delta.`s3a://b/scores_n`"),
        ("delta.`/lake/scores/`", "delta.`/lake/scores_n`"),
        ("dev.shop.scores", "dev.shop.scores_n"),
        ("`dev`.`my shop`.`scores`", "`dev`.`my shop`.`scores_n`"),
    ],
)
def test_a_table_that_was_written_beside_another_is_found_by_the_name_of_that(source, other):
    assert transactions.beside(source, "_n") == other


@pytest.mark.parametrize(
    ("name", "held"), [("part-0.parquet", "no table"), ("_delta_log/0", "Delta")]
)
def test_a_folder_of_another_format_is_not_written_to(tmp_path, name, held):
    path = tmp_path / "table" / name
    path.parent.mkdir(parents=True)
    path.write_text("mine")
    with pytest.raises(BadInputError, match=held):
        transactions.check_format(destination("--output", str(tmp_path / "table"), "iceberg"))
    transactions.check_format(destination("--output", str(tmp_path / "new"), "iceberg"))


@pytest.mark.parametrize("form", ["delta", "iceberg"])
def test_a_url_that_holds_other_things_is_not_written_to(spark, tmp_path, form, monkeypatch):
    url = Destination(f"file:{tmp_path}/raw", form)
    transactions.check_format_at_url(spark, url)
    for left_by_a_killed_run in ("part-00000.parquet", "as_of=2025-12-01/part-00000.parquet"):
        (tmp_path / "raw" / left_by_a_killed_run).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "raw" / left_by_a_killed_run).touch()
    transactions.check_format_at_url(spark, url)
    (tmp_path / "raw/usage").mkdir()
    with pytest.raises(BadInputError, match=f"holds usage, and --format {form}"):
        transactions.check_format_at_url(spark, url)
    (tmp_path / "raw" / transactions.SIGNS[form]).mkdir()
    monkeypatch.delattr(HadoopFiles, "children")  # of a table, which may hold many files
    transactions.check_format_at_url(spark, url)


def test_names_in_sql_are_quoted_and_an_iceberg_folder_is_a_catalog(spark, tmp_path):
    delta = destination("--output", str(tmp_path / "my `table"), "delta")
    assert transactions.name_in_sql(spark, delta) == f"delta.`file:{tmp_path}/my ``table`"
    iceberg = destination("--output", "s3a://lake/all/usage", "iceberg")
    catalog, table = transactions.name_in_sql(spark, iceberg).split(".")
    assert table == "`usage`"
    assert spark.conf.get(f"spark.sql.catalog.{catalog}.warehouse") == "s3a://lake/all"


def test_a_catalog_that_cannot_replace_at_once_is_told_in_one_line(spark):
    for name in ("shop.numbers", "nowhere.shop.numbers"):
        with pytest.raises(BadInputError, match=r"no such catalog|in one step") as error:
            tables.write_table(spark.range(1), destination("--output", name))
        assert "\n" not in str(error.value)
