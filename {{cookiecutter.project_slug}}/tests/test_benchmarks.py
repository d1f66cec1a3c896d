"""The benchmarks' report keeps the latest figures of each, and lists changes."""

import json
from pathlib import Path

import pytest

from {{ cookiecutter.package_name }}.reporting.files import as_table

from benchmarks import _report

TABLE = as_table([{"contender": "this", "seconds": 1.5}])


@pytest.fixture
def tell(tmp_path, capsys):
    """Add figures to a report; return the printed output."""

    def tell(benchmark: str, ratios: dict[str, float]) -> str:
        _report.tell(tmp_path, benchmark, ratios, TABLE)
        return capsys.readouterr().out

    return tell


def test_each_benchmark_takes_the_place_of_its_own_earlier_figures_only(tell, tmp_path):
    tell("first", {"this / that": 0.5})
    tell("second", {"one / other": 2.0})
    tell("first", {"this / that": 0.51})
    report = json.loads((tmp_path / "bench.json").read_text())
    assert {name: found["ratios"] for name, found in report.items()} == {
        "first": {"this / that": 0.51},
        "second": {"one / other": 2.0},
    }
    markdown = (tmp_path / "bench.md").read_text()
    assert markdown.count(TABLE) == 2
    assert markdown.count("cores with") == 2
    assert (tmp_path / "bench.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(("now", "told"), [(0.54, False), (0.56, True), (0.46, False), (0.4, True)])
def test_a_change_of_more_than_a_tenth_is_told(tell, tmp_path, now, told):
    assert "it was" not in tell("first", {"this / that": 0.5})
    printed = tell("first", {"this / that": now, "new / that": 9.0})
    assert ("it was 0.50" in printed) == told
    assert ("it was 0.50" in (tmp_path / "bench.md").read_text()) == told


def test_every_benchmark_says_what_it_is_of():
    modules = sorted(path.stem for path in Path(_report.__file__).parent.glob("[!_]*.py"))
    assert "startup" in modules
    for module in modules:
        text = Path(_report.__file__).with_name(f"{module}.py").read_text()
        assert f'_report.tell(args.reports, "{module}"' in text
