"""Months that cannot be right are refused; months that look wrong are told."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.periods import FREQUENCIES, month_index
from {{ cookiecutter.package_name }}.tables.coverage import (
    PeriodRows,
    as_text,
    check_periods,
    refuse_staggered,
    suspicions,
)

TODAY = date(2026, 11, 27)
FIRST = month_index(date(2024, 1, 1))
LAST = date(2025, 12, 1)


def table(*periods, rows=600, months=24, usage=100.0):
    """Two years of the same rows to the end of 2025, and more: months after it, rows, usage."""
    usual = [PeriodRows(FIRST + number, rows, rows * usage) for number in range(months)]
    more = [PeriodRows(month_index(LAST) + after, n, total) for after, n, total in periods]
    return [*more, *usual]


def refusal(periods, as_of=None, today=TODAY):
    with pytest.raises(BadInputError) as refused:
        check_periods(periods, as_of, today, "T")
    return str(refused.value)


def test_a_complete_table_is_returned_in_order_without_a_word():
    used = check_periods(table(), None, TODAY, "T")
    assert [found.period for found in used] == list(range(FIRST, FIRST + 24))
    assert suspicions(used, None) == ()


def test_rows_after_today_are_refused_with_the_month_that_leaves_them_out():
    assert refusal(table((877, 1, 5.0))) == (
        "T: column month is after today (2026-11-27) in 1 of 14401 rows, for example 2099-01. "
        "Correct such rows, or leave them out with --as-of 2025-12."
    )


def test_the_month_of_today_is_not_in_the_future_and_the_next_is():
    this_month, next_month = table(*((n, 600, 6e4) for n in range(1, 12))), [(12, 600, 6e4)]
    assert check_periods(this_month, None, TODAY, "T")[-1].period == month_index(TODAY)
    assert "after today" in refusal(this_month + table(*next_month, months=0))


def test_next_to_no_rows_far_after_all_others_are_refused_whatever_the_clock_says():
    assert "far after all others in 2 of 14402" in refusal(table((4, 1, 5.0), (6, 1, 5.0)), None)
    assert "leave them out with --as-of 2025-12" in refusal(table((4, 59, 5.0)), today=None)


def test_next_to_no_rows_long_before_all_others_are_refused():
    """Such as 1970-01-01, which stands for a date that is not there in many systems."""
    told = refusal(table((-671, 1, 5.0)))
    assert "far before all others in 1 of 14401 rows, for example 1970-01. Correct" in told
    assert "--as-of" not in told


@pytest.mark.parametrize("periods", [[(-47, 1, 5.0)], [(-49, 60, 6e3)]])
def test_customers_of_a_pilot_two_years_before_are_not_refused(periods):
    assert check_periods(table(*periods), None, TODAY, "T")[0].rows == periods[0][1]


@pytest.mark.parametrize("periods", [[(3, 1, 5.0)], [(4, 60, 6e3)], [(4, 1, 5.0), (5, 60, 6e3)]])
def test_rows_after_a_short_break_or_as_many_as_usual_are_not_refused(periods):
    assert check_periods(table(*periods), None, TODAY, "T")[-1].rows == periods[-1][1]


def test_few_rows_are_no_reason_to_refuse_a_table_of_few_customers():
    assert len(check_periods(table((9, 1, 5.0), rows=1), None, TODAY, "T")) == 25


def test_rows_after_as_of_are_not_used_whatever_they_are():
    periods = table((1, 600, 6e4), (877, 1, 5.0))
    used = check_periods(periods, LAST, TODAY, "T")
    assert used[-1].period == month_index(LAST)
    assert len(used) == 24


def test_who_names_a_far_month_as_the_last_one_means_it():
    used = check_periods(table((9, 1, 5.0)), date(2026, 9, 1), TODAY, "T")
    assert used[-1].rows == 1


def test_as_of_before_all_rows_is_refused():
    assert refusal(table(), date(2023, 12, 1)) == "T: there are no rows up to --as-of 2023-12."


@pytest.mark.parametrize("step", [2, 3, 12])
def test_rows_of_another_frequency_are_not_taken_for_months_with_gaps(step):
    periods = [PeriodRows(FIRST + step * number, 5, 5.0) for number in range(4)]
    assert f"all periods are {step} months apart" in refusal(periods, today=None)
    assert check_periods([*periods, PeriodRows(FIRST + 1, 1, 0.0)], None, None, "T")
    assert check_periods(periods[:3], None, None, "T")


@pytest.mark.parametrize(
    ("name", "customers", "longer"),
    [
        ("day", [100, 640, 104], "month"),
        ("day", [100, 101, 900], "week"),
        ("month", [100, 97], "quarter"),
        ("month", [100, 150], None),
        ("year", [100], None),
    ],
)
def test_periods_of_a_customer_that_all_lie_at_one_place_of_longer_ones_are_refused(
    name, customers, longer
):
    frequency = FREQUENCIES[name]
    refuse_staggered(299, customers, "T", frequency)
    if longer is None:
        refuse_staggered(1000, customers, "T", frequency)
        return
    with pytest.raises(BadInputError, match=f"in one {name} of a {longer} only"):
        refuse_staggered(300, customers, "T", frequency)


@pytest.mark.parametrize(
    ("periods", "told"),
    [
        ([(1, 20, 2e3)], "rows than those before: 20 against 600"),
        ([(1, 600, 1.8e3)], "usage than those before: 1,800 against 60,000"),
        ([(1, 299, 6e4)], "rows than those before: 299 against 600"),
    ],
)
def test_a_last_month_that_looks_incomplete_is_told_with_what_leaves_it_out(periods, told):
    found = suspicions(check_periods(table(*periods), None, TODAY, "T"), None)
    assert told in found[0] or told in found[-1]
    assert all("2026-01" in text and "--as-of 2025-12" in text for text in found)


@pytest.mark.parametrize("periods", [[(1, 301, 3.1e4)], [(1, 6000, 6e5)], []])
def test_a_last_month_of_half_as_much_or_more_is_told_nothing_of(periods):
    assert suspicions(check_periods(table(*periods), None, TODAY, "T"), None) == ()


def test_a_drop_that_comes_every_year_is_no_surprise():
    totals = [100.0, 100.0, 100.0, 30.0, *[100.0] * 8] * 2
    used = [PeriodRows(FIRST + n, 5, total) for n, total in enumerate(totals)]
    assert suspicions(used[:16], None) == ()
    assert suspicions([*used[:15], PeriodRows(FIRST + 15, 5, 10.0)], None) != ()
    assert suspicions(used[:4], None) != ()


@pytest.mark.parametrize("months", [1, 2])
def test_a_short_table_is_compared_with_what_there_is(months):
    assert suspicions(table(months=months), None) == ()
    assert suspicions([PeriodRows(1, 5, 0.0), PeriodRows(2, 5, 0.0)], None) == ()


@pytest.mark.parametrize(
    ("usage", "told"),
    [
        ([1.0] * 11 + [1e3], "in 2024-12 is 1,000 times as high as in the months before"),
        ([1.0] * 6 + [1e3] * 6, "in 2024-07 is 1,000 times as high"),
        ([1e3] * 6 + [1.0] * 6, "in 2024-07 is 1,000 times lower than"),
        ([1.0] * 6 + [29.0] * 6, None),
        ([0.0] * 6 + [1e3] * 6, None),  # nothing to compare with
        ([1.0, 90.0] * 6, None),
    ],
)
def test_usage_in_another_unit_from_a_month_on_is_told(usage, told):
    used = [PeriodRows(FIRST + n, 5, 5 * value) for n, value in enumerate(usage)]
    found = [text for text in suspicions(used, None) if "unit" in text]
    assert [told in text for text in found] == [True] if told else found == []


@pytest.mark.parametrize(("total", "is_told"), [(60.0, True), (60.01, True), (61.0, False)])
def test_a_total_among_the_customers_is_told(total, is_told):
    used = [PeriodRows(FIRST + n, 4, 60.0 + total, total) for n in range(6)]
    assert any("if it is their total, remove it" in text for text in suspicions(used, None)) == (
        is_told
    )
    two = [PeriodRows(FIRST + n, 2, 120.0, 60.0) for n in range(6)]
    assert suspicions(two, None) == ()


def test_a_table_that_ends_before_as_of_is_told():
    used = check_periods(table(), date(2026, 2, 1), TODAY, "T")
    assert suspicions(used, date(2026, 2, 1)) == (
        "the table ends at 2025-12, before --as-of 2026-02",
    )


@pytest.mark.parametrize("month", [date(1900, 1, 1), date(1999, 12, 1), date(2025, 12, 1)])
def test_periods_are_written_as_texts(month):
    assert as_text(month_index(month)) == f"{month:%Y-%m}"
