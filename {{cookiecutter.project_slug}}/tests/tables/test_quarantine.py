"""Bad rows of a usage table are set aside, with their reasons, while they are few."""

from datetime import date

import pytest

from {{ cookiecutter.package_name }} import tables
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.tables import CUSTOMERS, USAGE

TODAY = date(2025, 6, 30)
BAD = {
    "a,2025-01-01,1,1": "count is not as in the header",
    "a,2025-13-01,1": "month is not a date",
    ",2025-01-01,1": "customer_id is null",
    "a,2025-01-15,1": "month is not the first day of a month",
    "a,2025-02-01,-1": "usage is negative",
    "a,2025-02-01,inf": "usage is not a double",
    "a,2099-01-01,1": "month is after today (2025-06-30)",
    "3.0,2025-02-01,1": "customer_id and month stand more than once",
    "3.0 ,2025-02-01,2": "customer_id and month stand more than once",
}
GOOD = ["1.0,2025-01-01,1", "1.0,2025-02-01,", "2.0,2025-02-01,3"]


@pytest.fixture
def read(spark, tmp_path):
    """Read a usage table of these lines."""

    def read_lines(lines, share, header="customer_id,month,usage", table=USAGE, **names):
        source = tmp_path / "table.csv"
        source.write_text("\n".join([header, *lines]))
        return tables.read_with_notes(
            spark, str(source), table, {}, None, TODAY, names, max_rejected=share
        )

    return read_lines


def test_each_bad_row_is_set_aside_with_its_reason_and_the_others_are_used(read):
    found = read([*BAD, *GOOD], share=0.75)
    aside = {row.stored: row.reason for row in found.rejected.collect()}
    assert sorted(aside.values()) == sorted(BAD.values())
    [negative] = [stored for stored, reason in aside.items() if reason == "usage is negative"]
    assert '"customer_id":"a","month":"2025-02-01","usage":"-1"' in negative
    assert found.reasons["customer_id and month stand more than once"] == 2
    assert sum(found.reasons.values()) == len(BAD)
    assert (found.total, found.months) == (len(BAD) + len(GOOD), 2)
    # ids that pandas wrote as floats are recognised by the rows that are used
    kept = {(row.customer_id, row.month.month, row.usage) for row in found.rows.collect()}
    assert kept == {("1", 1, 1.0), ("1", 2, None), ("2", 2, 3.0)}


def test_more_bad_rows_than_the_share_are_refused_with_counts_and_an_example(read):
    lines = [",2025-01-01,1", "a,2025-02-01,-1", "b,2025-02-01,-1", *GOOD]
    with pytest.raises(BadInputError) as refused:
        read(lines, share=0.49)
    message = str(refused.value)
    assert "3 of 6 rows break a rule, more than --max-rejected 0.49" in message
    assert "2 because usage is negative, 1 because customer_id is null" in message
    assert '{"customer_id":"a","month":"2025-02-01","usage":"-1"}' in message
    assert message.endswith("To set such rows aside: --max-rejected 0.5")
    with pytest.raises(BadInputError, match="2 because customer_id and month stand more"):
        read([*GOOD, GOOD[0]], share=0.1)


def test_without_the_option_and_without_a_good_row_a_table_is_refused(read):
    with pytest.raises(BadInputError, match="column usage is negative in 1 of 4 rows"):
        read(["a,2025-01-01,-1", *GOOD], share=None)
    with pytest.raises(BadInputError, match="1 of 1 rows break a rule"):
        read(["a,2025-01-01,-1"], share=1.0)


def test_a_good_table_has_nothing_set_aside(read):
    found = read(GOOD, share=0.0)
    assert (found.rejected.count(), found.reasons, found.rows.count()) == (0, {}, 3)


def test_columns_may_have_other_names(read):
    header = "Customer,usage,Month of use,customer_id"
    names = {"customer_id": "customer", "month": "Month of use"}
    found = read(["a,1,2025-01,x"], share=None, header=header, **names)
    assert [tuple(row) for row in found.rows.collect()] == [("a", date(2025, 1, 1), 1.0)]
    with pytest.raises(BadInputError, match="column Month is missing"):
        read(["a,1,2025-01,x"], share=None, header=header, month="Month")


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("CustomerID,month,usage", "--columns customer_id=CustomerID"),
        ("Customer Id,month,usage", "--columns customer_id='Customer Id'"),
        ("who,month,usage", "(--columns customer_id=COLUMN): who, month, usage."),
        (",".join(f"c{n}" for n in range(20)), "c11, and 8 more."),
        (
            "customer_id,2025-01-01,2025-02-01,2025-03-01",
            "or by unpivot in Spark.",
        ),
    ],
)
def test_a_missing_column_is_told_with_the_option_that_names_it(read, header, told):
    with pytest.raises(BadInputError) as refused:
        read(GOOD, share=None, header=header)
    assert str(refused.value).endswith(told)


def test_columns_of_the_customers_table_have_names_of_their_own(read):
    given = [("customer_id", "Client"), ("customers.customer_id", "Id"), ("customers.plan", "P")]
    assert tables.names_for(USAGE, given) == {"customer_id": "Client"}
    names = tables.names_for(CUSTOMERS, given)
    assert names == {"customer_id": "Id", "plan": "P"}
    found = read(["a,,x,1"], None, "Id,signup_month,P,extra", CUSTOMERS, **names)
    assert [row.asDict() for row in found.rows.collect()] == [
        {"customer_id": "a", "signup_month": None, "plan": "x", "extra": "1"}
    ]
    with pytest.raises(BadInputError, match=r"--columns customers\.plan=COLUMN"):
        read(["a,,x"], None, "customer_id,signup_month,tariff", CUSTOMERS)
