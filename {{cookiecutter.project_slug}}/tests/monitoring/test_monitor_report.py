"""The report of a monitor holds its checks, their history and each table, and is printed."""

import json

from {{ cookiecutter.package_name }}.monitoring import report
from {{ cookiecutter.package_name }}.monitoring.limits import Limits, Rates, Watched, check


def test_what_checks_say_is_written_and_printed_and_no_table_is_missing(tmp_path, capsys):
    values = [("2025-01-01", 1.0), ("2025-02-01", 3.0)]
    alarm = check(Watched("rows", "rows of a month", 0.1), values, Rates(), Limits(0.0, 2.0))
    tables = {"by_plan": [{"plan": "pro", "wape": 0.25}], "by_region": []}
    report.tell(
        tmp_path,
        "monitor",
        "Did it come true?",
        "Growth",
        [alarm],
        tables,
        tables["by_plan"],
        ["the table ends early"],
        promised=None,
    )
    found = json.loads((tmp_path / "monitor.json").read_text())
    assert list(found) == ["status", "checks", "by_plan", "by_region", "promised", "history"]
    assert found["status"] == "act" and found["by_plan"] == tables["by_plan"]
    assert [point["status"] for point in found["history"]["rows"]] == ["ok", "act"]
    markdown = (tmp_path / "monitor.md").read_text()
    for told in ("# Did it come true?", "the table ends early", "rows of a month", "0.25"):
        assert told in markdown
    printed = capsys.readouterr().out
    assert printed.startswith("act: rows\n")
    assert "\nact:      rows of a month: 3 in 2025-02-01" in printed
    assert "index.html" in printed
