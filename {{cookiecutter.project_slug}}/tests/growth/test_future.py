"""Known future columns are used where forecasts of past periods err less with them."""

from argparse import Namespace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.growth import (
    METHODS,
    all_customers,
    future,
    with_future,
)
from {{ cookiecutter.package_name }}.growth.future_choice import (
    Choice,
    choose,
    known_columns,
)
from {{ cookiecutter.package_name }}.growth.future_effects import (
    Known,
    answer,
    features_with,
)
from {{ cookiecutter.package_name }}.periods import MONTH

pytestmark = pytest.mark.usefixtures("few_tasks")

HORIZON, MONTHS, CUSTOMERS = 6, 48, 60
EFFECT = 0.8
DATES = [date(2020 + month // 12, month % 12 + 1, 1) for month in range(MONTHS + HORIZON)]


class Promoted:
    """Customers whose usage is EFFECT higher in the months of a promotion, and a noise column."""

    def __init__(self):
        rng = np.random.default_rng(0)
        self.promotion = (rng.uniform(size=MONTHS + HORIZON) < 0.3).astype(float)
        self.promotion[MONTHS : MONTHS + 3] = 1.0
        self.noise = rng.normal(size=MONTHS + HORIZON)
        size = np.exp(rng.normal(3, 1, (CUSTOMERS, 1)))
        noise = np.exp(rng.normal(0, 0.1, (CUSTOMERS, MONTHS + HORIZON)))
        self.usage = size * (1 + EFFECT * self.promotion) * noise

    def past_periods(self, rows: int = 600) -> pd.DataFrame:
        """Sampled periods with their histories, as training_sample.drawn_periods makes them."""
        rng = np.random.default_rng(1)
        both = np.stack([self.promotion, self.noise], axis=1)
        sample = []
        for customer in rng.integers(0, CUSTOMERS, rows):
            usage = self.usage[customer] / self.usage[customer].max()
            step, target = rng.integers(1, HORIZON + 1), rng.integers(20, MONTHS)
            known = usage[: target - step + 1]
            sample.append((known, step, usage[target], both[: target + 1].ravel()))
        return pd.DataFrame(sample, columns=["history", "step", "target", "future"])


PROMOTED = Promoted()


def test_a_slope_is_that_of_the_customer_and_noise_has_next_to_none():
    usage = PROMOTED.usage[:, :MONTHS]
    for column, expected in ((PROMOTED.promotion, EFFECT), (PROMOTED.noise, 0.0)):
        slope, usual = answer(usage, np.tile(column[:MONTHS], (CUSTOMERS, 1)), 1)
        effect = slope / (1 - slope * usual)  # relative to usage where the column is 0
        assert np.median(effect) == pytest.approx(expected, abs=0.05)
        if not expected:
            assert np.mean(slope == 0) > 0.5


def test_the_baseline_follows_a_column_and_does_without_its_missing_values():
    steps = np.arange(1, HORIZON + 1)[None, :].repeat(CUSTOMERS, axis=0)
    held = np.tile(PROMOTED.promotion[:MONTHS, None], (CUSTOMERS, 1, 1))
    ahead = np.tile(PROMOTED.promotion[MONTHS:, None], (CUSTOMERS, 1, 1))
    usage, actual = PROMOTED.usage[:, :MONTHS], PROMOTED.usage[:, MONTHS:]

    def error(known):
        return np.abs(features_with(usage, steps, 12, known).baseline - actual).sum()

    assert error(Known(held, ahead)) < 0.5 * error(None)
    nothing = Known(np.full_like(held, np.nan), np.full_like(ahead, np.nan))
    assert error(nothing) == pytest.approx(error(None))


def test_columns_that_help_are_chosen_and_noise_is_left_out():
    sample = PROMOTED.past_periods()
    chosen = choose(sample, ["promotion", "noise"], 12)
    assert chosen.used == ("promotion",)
    assert chosen.error < 0.7
    noise = sample.assign(future=[values[1::2] for values in sample["future"]])
    assert choose(noise, ["noise"], 12) == Choice(())
    assert choose(sample[:0], ["noise"], 12) == Choice(())


def test_columns_that_help_together_only_are_all_chosen():
    """Of ten promotions, each in a column of its own, none lowers the error much."""
    sample = PROMOTED.past_periods()
    when = np.flatnonzero(PROMOTED.promotion[:MONTHS])
    kind = np.zeros(MONTHS, int)
    kind[when] = 1 + np.arange(len(when)) % 5
    apart = [
        np.stack([kind[: len(values) // 2] == number for number in range(1, 6)], axis=1).ravel()
        for values in sample["future"]
    ]
    names = [f"promotion_{number}" for number in range(5)]
    assert choose(sample.assign(future=apart), names, 12).used == tuple(names)


def test_values_stand_beside_the_periods_that_they_are_of():
    histories = [np.array([1.0]), np.array([1.0, 2.0])]
    values = pd.Series([[0, 10, 1, 11, 2, 12, 3, 13], [0, 10, 1, 11, 2, 12, 3, 13]])
    known = known_columns(values, histories, 3, 2, np.array([[1, 2], [1, 2]]))
    np.testing.assert_equal(known.held[:, :, 0], [[np.nan, np.nan, 1], [np.nan, 0, 1]])
    np.testing.assert_equal(known.ahead[:, :, 1], [[12, 13], [12, 13]])


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        (["period"], "no column beside the period"),
        (["customer_id", "month"], "no column beside the period"),
        (["period", "Usage"], "column Usage has a name that the project uses itself"),
        (["period", "month", "price"], "column month has a name"),
        (["period", "price", "trend"], "column trend has a name"),
    ],
)
def test_names_of_features_and_tables_without_columns_are_refused(columns, said):
    with pytest.raises(BadInputError, match=said):
        future.contract(columns, "future table (f)")


def test_the_period_has_any_name_that_it_has_in_usage_and_beside_it_such_a_name_is_a_column():
    for names, columns in ((["Day", "price"], ["price"]), (["month", "day"], ["day"])):
        table = future.contract(names, "future table (f)")
        assert table.schema.names == ["month", *columns]


def test_what_is_used_and_what_ignores_it_is_told():
    table = future.Future(None, ("price", "noise"), MONTH)
    given = with_future(METHODS, table)
    taking = [name for name in METHODS if given[name] is not METHODS[name]]
    assert taking == ["combination", "all-customers"]
    assert future.notes(table, ["per-customer"]) == ["future: ignored by per-customer"]
    table.choices.append(Choice(("price",), 0.6))
    assert future.notes(table, ["combination"]) == [
        "future: price used by combination: forecasts of past months err 40% less with it",
        "future: noise left out: forecasts of past months do not err less with it",
    ]


def as_table(spark, **columns):
    return spark.createDataFrame(pd.DataFrame({"month": DATES, **columns}))


@pytest.fixture(scope="module")
def usage(spark):
    rows = pd.DataFrame(
        {
            "customer_id": np.repeat([f"C{number}" for number in range(CUSTOMERS)], MONTHS),
            "month": DATES[:MONTHS] * CUSTOMERS,
            "usage": PROMOTED.usage[:, :MONTHS].ravel(),
        }
    )
    return spark.createDataFrame(rows).cache()


@pytest.mark.slow
def test_a_table_is_refused_in_one_line_if_it_breaks_a_rule_or_lacks_what_is_forecast(
    spark, usage, tmp_path, capsys
):
    good = pd.DataFrame({"period": DATES, "price": 1.0})
    customers = [good.assign(customer_id=f"C{number}") for number in range(CUSTOMERS)]
    by_customer = pd.concat([*customers[:-1], customers[-1][:-1]])
    days = pd.date_range("2019-01-01", periods=3000).date
    tables = {
        "column price is of type string in all rows": good.assign(price="high"),
        "column price is null in 54 of 54 rows": good.assign(price=np.nan),
        "column price is not a finite number in 54": good.assign(price=np.inf),
        "month stand more than once in 2 rows": pd.concat([good, good[:1]]),
        "its periods are days, and those of usage months": pd.DataFrame({"period": days, "p": 1}),
        "2 of 6 months to forecast have no row, for example 2024-05": good[:-2],
        "1 of 360 months of customers to forecast have no row, for example customer C59, 2024-06": (
            by_customer
        ),
    }
    args = Namespace(csv_options=[], as_of=DATES[3], columns=None, max_rejected=None)
    args.frequency, args.future = None, str(tmp_path / "future.parquet")

    def read(table):
        table.to_parquet(args.future)
        return future.read(spark, args, usage, MONTH, ahead=HORIZON)

    for said, table in tables.items():
        with pytest.raises(BadInputError) as refused:
            read(table)
        assert said in str(refused.value)
        assert "\n" not in str(refused.value)
    assert read(good).columns == ("price",)
    assert "history" not in capsys.readouterr().out
    assert read(pd.concat(customers)).keys == ["customer_id"]
    read(good[20:])
    assert "20 of 48 months of the history have no row" in capsys.readouterr().out


def test_who_has_no_row_of_the_past_has_unknown_values_there(spark, usage):
    names = usage.select("customer_id").distinct()
    last = as_table(spark, price=np.ones(MONTHS + HORIZON)).orderBy("month").limit(0)
    known = future.Future(last.crossJoin(names.limit(1)), ("price",), MONTH)
    rows = known.beside(names, usage, periods=3, ahead=0).collect()
    assert [row.future for row in rows] == [[[None]] * 3] * CUSTOMERS


@pytest.mark.slow
def test_a_promotion_halves_the_error_and_what_does_not_help_changes_nothing(spark, usage):
    actual = PROMOTED.usage[:, MONTHS:]

    def forecast(table, **of_method):
        known = table and future.Future(table, tuple(of_method.pop("columns")), MONTH)
        rows = all_customers.forecast(usage, HORIZON, 12, future=known).toPandas()
        rows["customer"] = rows["customer_id"].str[1:].astype(int)
        by_month = rows.sort_values(["customer", "month"])["forecast"].to_numpy()
        return by_month.reshape(actual.shape), known

    without, _ = forecast(None)
    both = as_table(spark, promotion=PROMOTED.promotion, noise=PROMOTED.noise)
    promoted, known = forecast(both, columns=["promotion", "noise"])
    assert known.choices[0].used == ("promotion",)
    error, error_without = (np.abs(found - actual).sum() for found in (promoted, without))
    assert error < 0.5 * error_without

    # by customer, it is the same table
    names = usage.select("customer_id").distinct()
    by_customer, _ = forecast(both.crossJoin(names), columns=["promotion"])
    np.testing.assert_allclose(by_customer, promoted, rtol=1e-6)

    # what tells only of periods after the cutoff has no past to be chosen by
    leak = np.concatenate([PROMOTED.noise[:MONTHS], actual.sum(axis=0)])
    leaked, known = forecast(as_table(spark, leak=leak), columns=["leak"])
    assert known.choices[0].used == ()
    np.testing.assert_allclose(leaked, without, rtol=1e-6)
