"""A report is complete, or the earlier one stays."""

import json
from pathlib import Path
from uuid import UUID

import pytest
from matplotlib.figure import Figure
from pyspark.sql.utils import is_remote

from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.reporting.files import (
    as_table,
    read_figures,
    write_report,
)
from {{ cookiecutter.package_name }}.reporting.markdown import as_html
from {{ cookiecutter.package_name }}.tables import folders

RECORDS = [{"way": "rdd", "rows": 1000, "seconds": 0.5}, {"way": "udf", "rows": 1000, "seconds": 2}]


def test_a_report_is_json_for_programs_markdown_for_people_and_a_picture(tmp_path):
    write_report(tmp_path / "reports", "speed", "Speed", RECORDS, Figure())
    written = {path.name: path for path in (tmp_path / "reports").iterdir()}
    assert set(written) == {"speed.json", "speed.md", "speed.png", "index.html"}
    assert json.loads(written["speed.json"].read_text()) == RECORDS
    assert "| rdd   |  1,000 |" in written["speed.md"].read_text()
    assert "![Speed](speed.png)" in written["speed.md"].read_text()
    assert written["speed.png"].read_bytes().startswith(b"\x89PNG")


def test_counts_have_no_decimals_beside_other_numbers():
    assert "|  1,000 |     0.500 |" in as_table([{"rows": 1000, "seconds": 0.5}])


def test_texts_that_look_like_numbers_stay_as_they_are():
    table = as_table([{"plan": "1.10", "rows": 1000}, {"plan": "007", "rows": None}])
    assert "| 1.10   |" in table and "| 007    |" in table


def test_texts_with_the_signs_of_a_table_stay_in_their_cells():
    records = [{"plan": "basic|trial\nof 2024", "rows|n": 7}, {"plan": "pro", "rows|n": None}]
    table = as_table(records)
    assert r"| basic\|trial of 2024 |" in table
    assert len(table.splitlines()) == 4
    assert "<td>basic|trial of 2024</td><td class=number>7</td>" in as_html(table)
    assert "<th class=number>rows|n</th>" in as_html(table)


def test_details_are_a_second_table_for_people_only(tmp_path):
    write_report(tmp_path, "speed", "Speed", RECORDS, Figure(), details=[{"length": "1 to 2"}])
    assert json.loads((tmp_path / "speed.json").read_text()) == RECORDS
    markdown = (tmp_path / "speed.md").read_text()
    assert markdown.index("| rdd ") < markdown.index("| 1 to 2 ") < markdown.index("![Speed]")


def test_warnings_of_the_tables_stand_below_the_title(tmp_path):
    told = ["it is late", "it is short"]
    write_report(tmp_path, "speed", "Speed", RECORDS, Figure(), warnings=told)
    title, _, first, _, second, *_ = (tmp_path / "speed.md").read_text().splitlines()
    assert (title, first, second) == (
        "# Speed",
        "**Warning:** it is late",
        "**Warning:** it is short",
    )


def test_a_report_that_fails_leaves_the_earlier_one(tmp_path):
    write_report(tmp_path, "speed", "Speed", RECORDS, Figure())

    class BrokenFigure(Figure):
        def savefig(self, *args, **kwargs):
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        write_report(tmp_path, "speed", "Speed", [{"way": "new"}], BrokenFigure())
    assert json.loads((tmp_path / "speed.json").read_text()) == RECORDS
    assert "rdd" in (tmp_path / "speed.md").read_text()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is full")
def test_a_full_disk_is_worth_a_retry_and_the_earlier_report_stays(tmp_path, monkeypatch):
    write_report(tmp_path, "speed", "Speed", RECORDS, Figure())
    run = UUID(int=0)
    monkeypatch.setattr(folders, "uuid4", lambda: run)
    (tmp_path / f".speed.md.{run.hex}").symlink_to("/dev/full")
    with pytest.raises(UnavailableError, match="its disk is full"):
        write_report(tmp_path, "speed", "Faster", RECORDS[:1], Figure())
    assert json.loads((tmp_path / "speed.json").read_text()) == RECORDS


@pytest.mark.skipif(is_remote(), reason="the client of Spark Connect has no Java")
def test_a_report_at_a_url_joins_those_that_are_there(spark, tmp_path):
    write_report(tmp_path, "earlier", "Earlier", RECORDS, Figure())
    folder = folders.open_remote(spark, "--reports", f"file:{tmp_path}")
    page = write_report(folder, "speed", "Speed", RECORDS[:1], Figure())
    assert page == f"file:{tmp_path}/index.html"
    html = (tmp_path / "index.html").read_text()
    assert html.index("<h2>Speed</h2>") < html.index("<h2>Earlier</h2>")
    assert read_figures(folder, "earlier") == read_figures(tmp_path, "earlier") == RECORDS
    assert read_figures(folder, "other") is None
    (tmp_path / "earlier.json").unlink()
    (tmp_path / "speed.json").unlink()
    (tmp_path / "speed.json").mkdir()
    lost = rf"reports: folder \(file:{tmp_path}\): cannot be written now .*tables are complete"
    with pytest.raises(UnavailableError, match=lost):
        write_report(folder, "speed", "Speed", RECORDS, Figure())


def test_a_folder_that_became_a_file_is_told_in_one_line(tmp_path):
    (tmp_path / "reports").touch()
    with pytest.raises(BadInputError, match="cannot be written"):
        write_report(tmp_path / "reports", "speed", "Speed", RECORDS, Figure())
