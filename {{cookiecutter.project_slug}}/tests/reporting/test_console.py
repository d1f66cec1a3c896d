"""Jobs print their answer first, and then figures and notes that stand in columns."""

from {{ cookiecutter.package_name }}.reporting.console import aligned, print_answer


def test_the_answer_is_first_and_figures_and_notes_are_aligned(capsys):
    records = [
        {"method": "rdd", "rows": 1_000_000, "seconds": 12.5},
        {"method": "dataframe", "rows": 10, "seconds": None},
    ]
    print_answer(
        "dataframe is faster", records, [], notes=["chart: a.png", "left out: 3 rows: of b"]
    )
    assert capsys.readouterr().out.splitlines() == [
        "dataframe is faster",
        "",
        "method          rows    seconds",
        "---------  ---------  ---------",
        "rdd        1,000,000     12.500",
        "dataframe         10      -",
        "",
        "chart:    a.png",
        "left out: 3 rows: of b",
    ]


def test_texts_that_look_like_numbers_stay_as_they_are():
    records = [{"plan": "1.10", "rows": 1000}, {"plan": "007", "rows": 20}]
    shown = aligned(records).splitlines()
    assert [line.split() for line in shown[2:]] == [["1.10", "1,000"], ["007", "20"]]


def test_an_answer_without_figures_has_no_empty_lines(capsys):
    print_answer("20 customers", notes=["written: data/raw"])
    assert capsys.readouterr().out == "20 customers\nwritten:  data/raw\n"
