"""A report is complete, or the earlier one stays."""

import json

import pytest
from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.reporting.files import as_table, write_report

RECORDS = [{"way": "rdd", "rows": 1000, "seconds": 0.5}, {"way": "udf", "rows": 1000, "seconds": 2}]


def test_a_report_is_json_for_programs_markdown_for_people_and_a_picture(tmp_path):
    write_report(tmp_path / "reports", "speed", "Speed", RECORDS, Figure())
    written = {path.name: path for path in (tmp_path / "reports").iterdir()}
    assert set(written) == {"speed.json", "speed.md", "speed.png"}
    assert json.loads(written["speed.json"].read_text()) == RECORDS
    assert "| rdd   |  1,000 |" in written["speed.md"].read_text()
    assert "![Speed](speed.png)" in written["speed.md"].read_text()
    assert written["speed.png"].read_bytes().startswith(b"\x89PNG")


def test_counts_have_no_decimals_beside_other_numbers():
    assert "|  1,000 |     0.500 |" in as_table([{"rows": 1000, "seconds": 0.5}])


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
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_report(tmp_path, "speed", "Speed", [{"way": "new"}], BrokenFigure())
    assert json.loads((tmp_path / "speed.json").read_text()) == RECORDS
    assert "rdd" in (tmp_path / "speed.md").read_text()
