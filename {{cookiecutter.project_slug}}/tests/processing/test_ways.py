"""Every way gives the one expected answer to both tasks."""

from datetime import date

from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }}.processing import WAYS
from {{ cookiecutter.package_name }}.processing.tasks import CHARGE_SCHEMA, TREND_SCHEMA

JANUARY, FEBRUARY, APRIL = date(2025, 1, 1), date(2025, 2, 1), date(2025, 4, 1)


def test_charge_adds_up_the_tiers_that_usage_passes_through(way, make_usage, make_table):
    usage = make_usage(
        [
            ("none", JANUARY, 0.0),
            ("first tier", JANUARY, 60.0),
            ("edge of first", JANUARY, 100.0),
            ("second tier", JANUARY, 350.0),
            ("edge of second", JANUARY, 1000.0),
            ("third tier", JANUARY, 3000.0),
            ("third tier", FEBRUARY, 1001.0),
        ]
    )
    expected = make_table(
        [
            ("none", JANUARY, 0.0),
            ("first tier", JANUARY, 6.0),
            ("edge of first", JANUARY, 10.0),
            ("second tier", JANUARY, 10.0 + 250 * 0.08),
            ("edge of second", JANUARY, 82.0),
            ("third tier", JANUARY, 82.0 + 2000 * 0.05),
            ("third tier", FEBRUARY, 82.05),
        ],
        CHARGE_SCHEMA,
    )
    assertDataFrameEqual(WAYS[way].charge(usage), expected, rtol=1e-12)


def test_charge_of_unknown_usage_is_unknown(way, make_usage, make_table):
    usage = make_usage([("a", JANUARY, None), ("a", FEBRUARY, 10.0)])
    expected = make_table([("a", JANUARY, None), ("a", FEBRUARY, 1.0)], CHARGE_SCHEMA)
    assertDataFrameEqual(WAYS[way].charge(usage), expected)


def test_trend_is_the_slope_over_calendar_months_for_each_customer(way, make_usage, make_table):
    usage = make_usage(
        [
            # 2 a month; March is absent and must count as a month
            ("grows", JANUARY, 10.0),
            ("grows", FEBRUARY, 12.0),
            ("grows", APRIL, 16.0),
            ("shrinks over new year", date(2024, 12, 1), 9.0),
            ("shrinks over new year", JANUARY, 6.0),
            ("flat", JANUARY, 5.0),
            ("flat", FEBRUARY, 5.0),
            # months 0, 1, 3 with usage 0, 3, 0: by hand, -3 * 1 / 42 * 3
            ("scattered", JANUARY, 0.0),
            ("scattered", FEBRUARY, 3.0),
            ("scattered", APRIL, 0.0),
        ]
    )
    expected = make_table(
        [
            ("grows", 2.0),
            ("shrinks over new year", -3.0),
            ("flat", 0.0),
            ("scattered", -3 / 14),
        ],
        TREND_SCHEMA,
    )
    assertDataFrameEqual(WAYS[way].trend(usage), expected, rtol=1e-9, atol=1e-9)


def test_trend_leaves_out_unknown_usage_and_needs_two_months(way, make_usage, make_table):
    usage = make_usage(
        [
            ("two known", JANUARY, 1.0),
            ("two known", FEBRUARY, None),
            ("two known", APRIL, 7.0),
            ("one row", JANUARY, 3.0),
            ("one known", JANUARY, 3.0),
            ("one known", FEBRUARY, None),
            ("none known", JANUARY, None),
        ]
    )
    expected = make_table(
        [("two known", 2.0), ("one row", None), ("one known", None), ("none known", None)],
        TREND_SCHEMA,
    )
    assertDataFrameEqual(WAYS[way].trend(usage), expected, rtol=1e-9)


def test_empty_usage_gives_empty_answers(way, make_usage, make_table):
    nothing = make_usage([])
    assertDataFrameEqual(WAYS[way].charge(nothing), make_table([], CHARGE_SCHEMA))
    assertDataFrameEqual(WAYS[way].trend(nothing), make_table([], TREND_SCHEMA))
