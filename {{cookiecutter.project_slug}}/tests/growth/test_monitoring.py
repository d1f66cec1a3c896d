"""Earlier forecasts are compared with the usage that came, by vintage, lead time and segment."""

from datetime import date

import pandas as pd
import pytest

from {{ cookiecutter.package_name }}.growth import monitoring
from {{ cookiecutter.package_name }}.monitoring.limits import Rates
from {{ cookiecutter.package_name }}.periods import MONTH

MONTHS = [date(2025, month, 1) for month in range(1, 13)]
FORECASTS = (
    "customer_id string, as_of date, period date, forecast double, lower double, upper double"
)
USAGE = "customer_id string, period date, usage double"


def sums(make_table, forecasts, usage, customers=None, by=()):
    made = make_table(forecasts, FORECASTS)
    found = monitoring.sums(made, make_table(usage, USAGE), customers, by).toPandas()
    return found.sort_values(["as_of", "period", *by], ignore_index=True)


def test_forecasts_are_added_up_with_the_usage_that_came(make_table):
    january, february, march, april = MONTHS[:4]
    found = sums(
        make_table,
        [
            ("a", january, february, 10.0, 8.0, 12.0),
            ("a", january, march, 10.0, 8.0, 12.0),
            ("b", january, february, 5.0, 4.0, 6.0),
            ("b", january, march, 5.0, 4.0, 6.0),
            ("c", january, february, 7.0, 6.0, 8.0),  # its usage is unknown: in no figure
            ("d", january, february, None, None, None),  # it could not be forecast
            ("a", january, april, 9.0, 8.0, 9.0),  # has not come yet
            ("a", march, february, 9.0, 8.0, 9.0),  # was known already: --origin customer
        ],
        [
            ("a", february, 11.0),
            ("a", march, 13.0),
            ("c", february, None),
            ("d", february, 1.0),
            ("b", february, 5.0),  # no row in March: zero usage
        ],
    )
    assert found.drop(columns=["as_of"]).values.tolist() == [
        [february, 2, 16.0, 15.0, 1.0, 2],
        [march, 2, 13.0, 15.0, 8.0, 0],
    ]


def test_segments_have_sums_of_their_own(make_table):
    customers = make_table([("a", "pro"), ("b", None)], "customer_id string, plan string")
    found = sums(
        make_table,
        [(who, MONTHS[0], MONTHS[1], 2.0, 1.0, 3.0) for who in ("a", "b", "c")],
        [(who, MONTHS[1], used) for who, used in (("a", 2.0), ("b", 4.0), ("c", 4.0))],
        customers,
        ["plan"],
    )
    assert found[["plan", "customers", "usage"]].values.tolist() == [
        ["(none)", 2, 8.0],
        ["pro", 1, 2.0],
    ]


def vintages(errors, horizon=2):
    """Sums of a vintage for each month: `errors` are of the forecast a month ahead, in percent."""
    rows = [
        {
            "as_of": MONTHS[made],
            "period": MONTHS[made + lead],
            "plan": plan,
            "customers": 10,
            "usage": 1000.0,
            "forecast": 1000.0 + 10 * error * lead,
            "absolute_error": 10 * abs(error) * lead + 50,
            "inside": 9,
        }
        for made, error in enumerate(errors)
        for lead in range(1, horizon + 1)
        if made + lead < len(MONTHS)
        for plan in ("basic", "pro")
    ]
    return monitoring.with_leads(pd.DataFrame(rows), MONTH)


QUIET = [1.0, -1.0, 0.5, -0.5, 1.0, -1.5, 0.2, -0.2, 0.9, -0.9, 0.4]


def test_lead_times_count_from_the_vintage_and_errors_are_shares_of_usage():
    [one, two] = monitoring.figures(vintages([2.0]), ["lead"])
    assert one == {
        "lead": 1,
        "customers": 20,
        "wape": pytest.approx(0.07),
        "bias": pytest.approx(0.02),
        "total_wape": pytest.approx(0.02),
        "coverage": 0.9,
    }
    assert two["lead"] == 2 and two["bias"] == pytest.approx(0.04)


def test_lead_times_count_months_in_which_nobody_has_a_row_too():
    rows = pd.DataFrame({"as_of": MONTHS[:1], "period": MONTHS[2:3]})
    assert monitoring.with_leads(rows, MONTH)["lead"].tolist() == [2]


def test_the_total_counts_its_own_error_and_not_those_of_its_parts():
    found = vintages([2.0], horizon=1)
    found.loc[found["plan"] == "pro", "forecast"] = 980.0  # 20 too few, beside 20 too many
    [row] = monitoring.figures(found, ["lead"])
    assert row["total_wape"] == row["bias"] == 0


def statuses(found, promised=None):
    checks = monitoring.checks(found, ["plan"], promised, Rates(), {})
    return {check.watched.name: check.status for check in checks}


def test_quiet_months_are_ok_and_a_shift_of_usage_acts():
    assert set(statuses(vintages(QUIET)).values()) == {"ok"}
    shifted = statuses(vintages([*QUIET[:-1], 18.0]))
    assert shifted["bias"] == shifted["wape"] == "act"


def test_an_alarm_is_not_repeated_when_later_periods_have_no_usage():
    found = vintages([*QUIET[:-2], 18.0, 1.0])
    last = found["period"] == MONTHS[-1]
    assert statuses(found[~last])["bias"] == statuses(found[~last])["segment-bias pro"] == "act"
    assert statuses(found.assign(usage=found["usage"].where(~last, 0.0)))["bias"] == "ok"
    assert statuses(found[~(last & (found["plan"] == "pro"))])["segment-bias pro"] == "ok"


def test_a_shift_in_one_segment_is_told_of_that_segment():
    found = vintages(QUIET)
    last = (found["period"] == MONTHS[-1]) & (found["plan"] == "pro")
    found.loc[last, "forecast"] += 300.0
    told = statuses(found)
    assert told["segment-bias pro"] == "act" and told["segment-bias basic"] == "ok"


@pytest.mark.parametrize(("wape", "status"), [(0.06, "ok"), (0.03, "act")])
def test_errors_are_compared_with_what_the_backtest_promised(wape, status):
    assert statuses(vintages(QUIET), {"wape": wape})["promise"] == status


def test_without_any_period_that_has_come_nothing_is_told():
    columns = ["as_of", "period", *monitoring.SUMS]
    found = monitoring.with_leads(pd.DataFrame([], columns=columns), MONTH)
    checks = monitoring.checks(found, [], None, Rates(), {})
    assert {check.status for check in checks} == {"ok"}
    assert monitoring.figures(found, ["lead"]) == []
