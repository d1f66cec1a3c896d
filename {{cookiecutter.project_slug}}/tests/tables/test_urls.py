"""What only Spark reaches is checked by what Spark sees. Paths stand for URLs here."""

import shutil

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import USAGE, urls
from {{ cookiecutter.package_name }}.tables.casting import typed
from {{ cookiecutter.package_name }}.tables.urls import open_url


@pytest.fixture
def written(spark, tmp_path):
    """A table of one row in each of two folders of customers."""
    values = "VALUES ('007'), ('7') AS t(customer_id)"
    rows = spark.sql(f"SELECT *, DATE'2025-01-01' AS month, 1D AS usage FROM {values}")
    path = tmp_path / "lake/usage"
    rows.write.partitionBy("customer_id").parquet(str(path))
    return path


def rows_of(spark, url, **options):
    frame, text = open_url(spark, str(url), USAGE, options, "T")
    columns = typed(frame, USAGE, frozenset(name.lower() for name in text))
    return sorted(f"{row.customer_id} {row.usage}" for row in frame.select(*columns).collect())


def test_columns_in_the_names_of_folders_are_text(spark, written):
    assert rows_of(spark, written) == ["007 1.0", "7 1.0"]


def test_customers_in_the_names_of_folders_of_json_are_text(spark, tmp_path):
    for customer in ("007", "7"):
        folder = tmp_path / "usage.json" / f"customer_id={customer}"
        folder.mkdir(parents=True)
        (folder / "a.json").write_text('{"month": "2025-01-01", "usage": 1}\n')
    assert rows_of(spark, tmp_path / "usage.json") == ["007 1.0", "7 1.0"]


@pytest.mark.parametrize("ending", ["", ".orc", ".json", ".csv"])
def test_a_column_in_files_and_in_the_names_of_folders_is_refused(spark, tmp_path, ending):
    rows = spark.sql("SELECT '8' AS customer_id, '2025-01-01' AS month, '1' AS usage")
    kind, url = ending.removeprefix(".") or "parquet", tmp_path / f"usage{ending}"
    rows.write.format(kind).options(header=True).save(str(url / "customer_id=7"))
    with pytest.raises(BadInputError, match=r"customer_id is in the names of folders and also"):
        rows_of(spark, url)
    named = url / f"customer_id=7/all{ending}"
    rows.write.format(kind).options(header=True).save(str(named))
    assert rows_of(spark, named) == ["8 1.0"], "folders above the URL name nothing"


def test_files_in_other_folders_and_table_formats_are_refused(spark, written, tmp_path):
    shutil.copytree(written / "customer_id=7", written / "customer_id=007/more")
    with pytest.raises(BadInputError, match="holds files in folders of its own"):
        open_url(spark, str(written / "customer_id=007"), USAGE, {}, "T")
    csv = tmp_path / "usage.csv"
    (csv / "more").mkdir(parents=True)
    for file in (csv / "a.csv", csv / "more" / "b.csv"):
        file.write_text("customer_id,month,usage\n7,2025-01-01,1\n")
    with pytest.raises(BadInputError, match="holds files in folders of its own"):
        open_url(spark, str(csv), USAGE, {}, "T")
    (written / "_delta_log").mkdir()
    for url in (written, written / "customer_id=7"):
        with pytest.raises(BadInputError, match="usage is a table of Delta"):
            open_url(spark, f"{url}/", USAGE, {}, "T")


@pytest.mark.slow
def test_csv_files_whose_headers_differ_are_refused_and_not_read_by_position(spark, tmp_path):
    folder = tmp_path / "usage.csv"
    folder.mkdir()
    (folder / "a.csv").write_text("customer_id;month;usage\n7;2025-01-01;202\n")
    assert rows_of(spark, folder, sep=";") == ["7 202.0"]
    (folder / "b.csv").write_text("usage;month;customer_id\n202;2025-01-01;7\n")
    with pytest.raises(Exception, match="CSV header does not conform to the schema"):
        rows_of(spark, folder, sep=";")


@pytest.mark.parametrize(
    ("url", "folders"),
    [
        ("s3a://b/a/b/c/", ["s3a://b/a/b/c", "s3a://b/a/b", "s3a://b/a"]),
        ("s3a://b/a", ["s3a://b/a", "s3a://b"]),
        ("hdfs:///a", ["hdfs:///a", "hdfs://"]),
    ],
)
def test_table_formats_are_looked_for_above_too_but_not_above_the_file_system(url, folders):
    assert list(urls.folders_from(url)) == folders
