"""Select the steps of each sample, and report how long each step took."""

from collections import defaultdict

import pytest
from template import covering_set

NO_ARCHIVE = {"SPARK_CLASS_DATA": "off"}
"""A class archive costs more than it saves where Spark is started a few times only."""

IN_TURN = {"PYTEST_ADDOPTS": "--numprocesses=0"}
"""Two samples at a time keep two cores busy."""

DEFAULT, *OTHERS = covering_set()
SAMPLES = {"default": DEFAULT} | {"-".join(answers.values()): answers for answers in OTHERS}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--everything", action="store_true", help="run each step on each sample")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "changed_by(question, ...): the questions whose answers can change what a step does; it "
        "runs on the first sample with each combination of their answers, so without questions on "
        "the default only",
    )
    config.addinivalue_line(
        "markers", "repeats: shows what other steps show; with `everything` only"
    )


def pytest_itemcollected(item: pytest.Item) -> None:
    """Run the steps of a sample one after the other, in one process."""
    if "sample" in item.fixturenames:
        item.add_marker(pytest.mark.xdist_group(item.callspec.params["sample"]))


@pytest.hookimpl(trylast=True)  # after -k: of the samples that were asked for
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect steps whose result cannot differ from that of an earlier sample."""
    if config.getoption("everything"):
        return
    shown = defaultdict(set)
    chosen, left_out = [], []
    for item in items:
        if "sample" not in item.fixturenames:
            (left_out if item.get_closest_marker("repeats") else chosen).append(item)
            continue
        answers = SAMPLES[item.callspec.params["sample"]]
        marker = item.get_closest_marker("changed_by")
        questions = marker.args if marker else list(answers)
        combination = tuple(answers[question] for question in questions)
        (left_out if combination in shown[item.originalname] else chosen).append(item)
        shown[item.originalname].add(combination)
    items[:] = chosen
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print a table of samples, steps and seconds."""
    seconds, sizes = defaultdict(float), {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                name = report.nodeid.split("::")[-1].partition("@")[0]
                step, _, sample = name.rstrip("]").partition("[")
                seconds[sample, step] += report.duration
                if size := dict(report.user_properties).get("size"):
                    sizes[sample] = size
    if not seconds:
        return
    terminalreporter.section("sample, size")
    for sample, size in sorted(sizes.items()):
        terminalreporter.write_line(f"{sample:55}  {size}")
    terminalreporter.section("sample, step, seconds")
    for (sample, step), spent in sorted(seconds.items()):
        terminalreporter.write_line(f"{spent:6.0f}  {sample:55}  {step.removeprefix('test_')}")
    terminalreporter.write_line(f"{sum(seconds.values()):6.0f}  all")
