"""New use case: its functions on small frames."""

from datetime import date

import pandas as pd
import pytest
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }}.new_use_case import by_month, chart

JANUARY, FEBRUARY, MARCH = (date(2025, month, 1) for month in (1, 2, 3))


@pytest.fixture
def usage(make_usage):
    """Two customers: both have usage in January, one in February; usage of March is null."""
    return make_usage(
        [
            *(("a", JANUARY, 2.0), ("b", JANUARY, 3.0)),
            *(("a", FEBRUARY, 4.0), ("b", FEBRUARY, 0.0)),
            ("a", MARCH, None),
        ]
    )


def test_a_month_sums_up_those_who_used_anything(spark, usage):
    expected = spark.createDataFrame(
        [(JANUARY, 2, 5.0), (FEBRUARY, 1, 4.0), (MARCH, 0, 0.0)],
        "month date, customers long, usage double",
    )
    assertDataFrameEqual(by_month(usage), expected)


def test_no_usage_gives_no_months(make_usage):
    assert by_month(make_usage([])).isEmpty()


def test_the_chart_draws_every_month():
    months = pd.DataFrame({"month": [JANUARY, FEBRUARY], "customers": [2, 1], "usage": [5.0, 4.0]})
    [line] = chart(months).axes[0].lines
    assert list(line.get_ydata()) == [5.0, 4.0]
