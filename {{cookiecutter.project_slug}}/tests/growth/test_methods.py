"""What every method must do, and how near each comes to the truth of simulated customers."""

from datetime import date

import numpy as np
import pytest
from pyspark.sql import functions as F
from pyspark.testing import assertDataFrameEqual

from {{ cookiecutter.package_name }}.growth import METHODS
from {{ cookiecutter.package_name }}.growth.backtest import split
from {{ cookiecutter.package_name }}.growth.forecasts import FORECASTS
from {{ cookiecutter.package_name }}.periods import last_month, months_before

from .conftest import HORIZON

pytestmark = pytest.mark.usefixtures("few_tasks")

# The largest mean error of the forecast, as a share of what is expected without noise (whose own
# standard deviation is 0.10), and the least share of months that must lie within the bounds. The
# seasonal naive knows no growth.
ERROR = {"combination": 0.08, "per-customer": 0.10, "all-customers": 0.08, "seasonal-naive": 0.17}
COVERAGE = {"combination": 0.85, "per-customer": 0.85, "all-customers": 0.85, "seasonal-naive": 0.7}


def months(first: date, count: int) -> list[date]:
    index = first.year * 12 + first.month - 1
    return [date(m // 12, m % 12 + 1, 1) for m in range(index, index + count)]


@pytest.fixture(scope="module", params=METHODS)
def method(request):
    return request.param


TRAINED = ("combination", "all-customers")
# which trains a model each time that it forecasts
TRAINED_MODELS_ARE_SLOW = pytest.mark.parametrize(
    "method",
    [pytest.param(name, marks=pytest.mark.slow if name in TRAINED else ()) for name in METHODS],
    indirect=True,
)


@pytest.fixture(scope="module")
def forecasts(method, simulated, few_tasks):
    """A year of forecasts of the simulated customers."""
    return METHODS[method](simulated.usage, HORIZON, 12, 90).cache()


@pytest.fixture(scope="module")
def compared(forecasts, simulated):
    """The forecasts beside the truth, in pandas."""
    return forecasts.join(simulated.truth, ["customer_id", "month"]).toPandas()


def test_each_customer_has_a_row_for_each_month_after_its_last(forecasts, simulated):
    assert [(f.name, f.dataType) for f in forecasts.schema] == [
        (f.name, f.dataType) for f in FORECASTS
    ]
    expected = simulated.truth.select("customer_id", "month")
    assertDataFrameEqual(forecasts.select("customer_id", "month"), expected)
    assert forecasts.where("error IS NOT NULL OR model IS NULL OR forecast IS NULL").isEmpty()


def test_bounds_hold_the_forecast_and_nothing_is_negative(forecasts):
    assert forecasts.where("lower < 0 OR lower > forecast OR forecast > upper").isEmpty()


def test_usage_without_noise_is_recovered(method, compared):
    error = (compared["forecast"] / compared["expected"] - 1).abs()
    assert error.mean() < ERROR[method]


def test_growth_is_recovered(method, compared):
    """A year's forecasts, relative to the year before."""
    if method == "seasonal-naive":
        pytest.skip("it forecasts none")
    by_customer = compared.groupby("customer_id")
    growth = by_customer["growth"].first()
    last_year = by_customer["expected"].sum() / np.exp(12 * growth)
    forecast_growth = np.log(by_customer["forecast"].sum() / last_year)
    assert np.corrcoef(forecast_growth, growth)[0, 1] > 0.8


def test_the_season_is_recovered(compared):
    """Of customers with a clear season, the month in which most will be used."""
    clear = compared[compared["season"] > 0.25]
    top = clear.loc[clear.groupby("customer_id")["forecast"].idxmax()]
    month = top["month"].map(lambda day: day.month)
    apart = (month - top["peak"] + 6) % 12 - 6
    assert (apart.abs() <= 2).mean() > 0.85


def test_about_nine_in_ten_months_lie_within_the_bounds(method, compared):
    inside = compared["usage"].between(compared["lower"], compared["upper"])
    assert COVERAGE[method] <= inside.mean() <= 0.97


@pytest.fixture(scope="module")
def few(simulated):
    """Usage of some of the simulated customers."""
    customers = simulated.usage.select("customer_id").distinct().orderBy("customer_id").limit(25)
    return simulated.usage.join(customers, "customer_id", "left_semi").cache()


@pytest.fixture
def odd_customers(make_usage):
    """Customers of whom little, nothing or no good is known."""
    year, quarter = months(date(2024, 1, 1), 12), months(date(2024, 10, 1), 3)
    histories = {
        "one month": [(quarter[0], 5.0)],
        "two months": [(quarter[0], 5.0), (quarter[1], 6.0)],
        "nothing known": [(month, None) for month in quarter],
        "never": [(month, 0.0) for month in year],
        "gone": [*((month, 4.0) for month in year[:8]), *((month, 0.0) for month in year[8:])],
        "gaps": [(month, 7.0) for month in year[::3]],
        "last unknown": [*((month, 3.0) for month in year[:11]), (year[11], None)],
        "huge": [(month, 1e300) for month in year],
        "tiny": [(month, 1e-300) for month in year],
    }
    return make_usage([(c, m, u) for c, rows in histories.items() for m, u in rows])


@TRAINED_MODELS_ARE_SLOW
def test_odd_customers_are_forecast_all_the_same(method, odd_customers):
    rows = METHODS[method](odd_customers, 2, 12, 90).collect()
    by_customer = {}
    for row in rows:
        by_customer.setdefault(row.customer_id, []).append(row)
    assert len(by_customer) == 9

    [unknown] = by_customer.pop("nothing known")
    assert unknown.error == "usage is known in no month"
    assert unknown.month == date(2025, 1, 1)
    assert unknown.forecast is unknown.lower is unknown.upper is unknown.model is None

    for customer, forecast in by_customer.items():
        assert [row.month for row in sorted(forecast)] == months(date(2025, 1, 1), 2), customer
        assert all(row.error is None for row in forecast), forecast
        assert all(0 <= row.lower <= row.forecast <= row.upper < np.inf for row in forecast)
    assert all(row.forecast == 0 for row in by_customer["never"])
    # no row is no usage; a baseline does not know of that
    assert all(0 <= row.forecast <= 7 for row in by_customer["gaps"])
    assert not any(row.stale for row in rows)
    assert all(row.forecast == pytest.approx(3, rel=0.3) for row in by_customer["last unknown"])


@TRAINED_MODELS_ARE_SLOW
def test_one_customer_alone_is_forecast(method, make_usage):
    usage = make_usage([("a", month, 5.0) for month in months(date(2022, 1, 1), 30)])
    rows = METHODS[method](usage, 3, 12, 90).collect()
    assert [row.month.month for row in sorted(rows)] == [7, 8, 9]
    assert all(row.forecast == pytest.approx(5, rel=0.01) for row in rows)


def test_no_customers_give_no_forecasts(method, make_usage):
    assert METHODS[method](make_usage([]), 3, 12, 90).isEmpty()


@pytest.mark.slow
def test_the_order_of_rows_does_not_matter(method, few):
    shuffled = few.orderBy(F.rand(seed=1)).repartition(5)
    first, again = (METHODS[method](table, HORIZON, 12, 90) for table in (few, shuffled))
    assertDataFrameEqual(again, first, rtol=1e-9)


@TRAINED_MODELS_ARE_SLOW
def test_nothing_after_the_cutoff_changes_a_forecast(method, few):
    """Usage after it is replaced by other figures, of other size, for each customer."""
    end = last_month(few)
    altered = few.withColumn(
        "usage",
        F.when(
            F.col("month") > months_before(end, 6), F.xxhash64("customer_id", "month") % 1000 + 1e3
        ).otherwise(F.col("usage")),
    )
    first, second = (
        METHODS[method](split(table, end, hidden=6, horizon=6)[0], 6, 12, 90)
        for table in (few, altered)
    )
    assertDataFrameEqual(second, first)


@TRAINED_MODELS_ARE_SLOW
@pytest.mark.parametrize("quantiles", [(0.1, 0.5, 0.9)])
def test_quantiles_stand_beside_the_interval_and_in_order(method, few, quantiles):
    forecasts = METHODS[method](few, 2, 12, 80, quantiles)
    assert forecasts.columns == [
        *("customer_id", "month", "forecast", "lower", "upper"),
        *("q10", "q50", "q90", "model", "error", "stale"),
    ]
    rows = forecasts.toPandas()
    assert (rows["q10"] < rows["q50"]).all() and (rows["q50"] < rows["q90"]).all()
    # an interval of 80 % is that of the tenth and the ninetieth percentile
    inside = rows["lower"].lt(rows["forecast"]) & rows["upper"].gt(rows["forecast"])
    np.testing.assert_allclose(rows["lower"][inside], rows["q10"][inside], rtol=1e-6)
    np.testing.assert_allclose(rows["upper"][inside], rows["q90"][inside], rtol=1e-6)
