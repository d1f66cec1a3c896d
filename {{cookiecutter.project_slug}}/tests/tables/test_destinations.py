"""Where tables are written: folders of this machine, and URLs of other file systems."""

from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables.destinations import (
    Destination,
    check_apart,
    destination,
)


def test_names_below_and_beside_a_place_are_of_its_kind():
    for text, kind in {"out/x": Path, "file:///out/x": Path, "s3a://b/x/": str}.items():
        place = destination("--output", text)
        assert all(isinstance(p.place, kind) for p in (place, place / "n", place.beside("_n")))
    assert str(place / "n") == "s3a://b/x/n"
    assert str(place.beside("_totals")) == "s3a://b/x_totals"
    assert destination("--output", place) is place
    assert destination("--output", ".").beside("_n").place == Path(f"{Path.cwd()}_n")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("s3a://b", "names no folder. Add one: s3a://b/NAME"),
        ("hdfs:///", "names no folder"),
        ("s3a://b/x*", "is a pattern of many places"),
        ("s3a://b/{x}", "is a pattern of many places"),
        (" ", "is empty"),
        ("file://out/x", r"names out as a machine. Write .* \(file:///FOLDER\)"),
        (" s3a://b/x", "has a space before or after"),
        ("https://host/x", "a web page is read only"),
        ("file://out", "names out as a machine"),
        ("lake.a.b.usage", r"has 4 parts, .* for a folder: \./lake\.a\.b\.usage"),
        ("/", "names no folder. Add one: /NAME"),
    ],
)
def test_a_url_that_names_no_one_folder_is_refused(given, told):
    with pytest.raises(BadInputError, match=told) as error:
        destination("--output", given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("source", "output"),
    [
        ("s3a://b/usage", "s3a://b/usage"),
        ("s3a://b/usage/", "S3A://B/usage"),
        ("s3a://b/x/../usage", "s3a://b/usage"),
        ("s3a://b/usage", "s3a://b/usage/new"),
        ("s3a://b/all/usage", "s3a://b/all"),
    ],
)
def test_a_url_in_the_place_of_an_input_is_refused(source, output):
    with pytest.raises(BadInputError, match=r"--output \(.*\) and --usage \(.*same place"):
        check_apart({"--usage": source}, [Destination(output)])


@pytest.mark.parametrize("source", ["s3a://b/usage-2", "s3a://c/usage", "usage", "shop.usage"])
def test_a_url_beside_an_input_is_accepted(source):
    check_apart({"--usage": source}, [Destination("s3a://b/usage")])


def test_a_name_of_the_catalog_is_a_table_in_its_own_format():
    place = destination("--output", "dev.shop.forecasts")
    assert place == Destination("dev.shop.forecasts", None, is_table=True)
    assert str(place.beside("_totals")) == "dev.shop.forecasts_totals"
    assert str(destination("--output", "dev.shop") / "usage") == "dev.shop.usage"
    assert str(destination("--output", "`dev`.`a b`").beside("_x")) == "`dev`.`a b_x`"
    assert destination("--output", "./dev.shop.forecasts").place == Path("dev.shop.forecasts")
    assert destination("--output", "a.b.c.csv").place == Path("a.b.c.csv")
    assert destination("--output", "file://LOCALHOST/x").place == Path("/x")


def test_a_catalog_table_is_not_written_as_parquet_or_over_an_input():
    with pytest.raises(BadInputError, match=r"Use --format delta .* \./dev\.shop\.usage"):
        destination("--output", "dev.shop.usage", "parquet")
    with pytest.raises(BadInputError, match="same place"):
        check_apart({"--usage": "dev.shop.usage"}, [destination("--output", "dev.shop.USAGE")])
