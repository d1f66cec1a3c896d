"""Any table is taken as it comes, and what cannot be is told in one line."""

from argparse import ArgumentParser, Namespace

import pytest

from {{ cookiecutter.package_name }} import job
from {{ cookiecutter.package_name }}.churn import source
from {{ cookiecutter.package_name }}.errors import BadInputError
from {{ cookiecutter.package_name }}.periods import FREQUENCIES, MONTH


@pytest.fixture
def labelled(make_table):
    def labelled(values, positive=None, kind="string"):
        rows = [(f"c{number}", value) for number, value in enumerate(values)]
        frame = make_table(rows, f"customer_id string, Left {kind}")
        found = source.with_label(frame, "left", positive, "T")
        return [row.churned for row in sorted(found.collect())]

    return labelled


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["Yes", "No", None], "string"),
        ([" yes", "no ", ""], "string"),
        ([1, 0, None], "int"),
        ([1.0, 0.0, None], "double"),
        ([True, False, None], "boolean"),
        (["Churned", "Stayed", None], "string"),
    ],
)
def test_a_label_of_the_usual_values_needs_no_telling(labelled, values, kind):
    assert labelled(values, kind=kind) == [True, False, None]


def test_any_value_can_be_told(labelled):
    assert labelled(["gone", "here", "here"], positive="gone") == [True, False, False]
    assert labelled([3, 4], positive="3", kind="int") == [True, False]


@pytest.mark.parametrize(
    ("values", "positive", "told"),
    [
        (["gone", "here", "here"], None, r"there are here \(2 rows\), gone \(1 rows\)"),
        (["yes", "no"], "Yes!", "Name the value of churners with --positive"),
        (["yes", "Y", "no"], None, "does not tell who churned"),
        ([None, ""], None, "nulls only"),
        ([str(number) for number in range(30)], None, "and more. Name the value"),
    ],
)
def test_a_label_that_does_not_tell_is_refused_with_its_values(labelled, values, positive, told):
    with pytest.raises(BadInputError, match=told):
        labelled(values, positive)


def test_a_label_that_is_not_there_is_refused_with_the_columns_that_are(make_table):
    frame = make_table([("a", 1)], "customer_id string, x int")
    with pytest.raises(BadInputError, match=r"column gone is missing.*customer_id, x"):
        source.with_label(frame, "gone", None, "T")


def test_a_table_is_read_whatever_its_names_and_the_label_may_be_called_churned(spark, tmp_path):
    (tmp_path / "t.csv").write_text("Client.No,churned,Total Charges\n01,1,5.5\n02,0, \n")
    table = source.read_features(spark, str(tmp_path / "t.csv"), "client.no", "churned")
    found = source.with_label(table, "churned", None, "T")
    assert found.columns == ["customer_id", "Total Charges", "churned"]
    assert sorted(map(tuple, found.collect())) == [("01", "5.5", True), ("02", " ", False)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,fold\na,1\n", "column fold has a name that the project gives"),
        ("id,x\na,1\na,2\n", "id stand more than once in 2 rows"),
        ("id,x\n,1\n", "column id is null in 1 of 1 rows"),
        ("x\n1\n", "column id is missing"),
        ("id,x\n", "there are no rows"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused(spark, tmp_path, text, told):
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(BadInputError, match=told):
        source.read_features(spark, str(tmp_path / "t.csv"), "id", None)


def test_what_is_known_of_customers_may_not_be_called_like_a_feature_of_usage(spark, tmp_path):
    (tmp_path / "usage.csv").write_text("customer_id,month,usage\na,2024-01-01,1\n")
    (tmp_path / "customers.csv").write_text("customer_id,signup_month,plan,Level\na,,basic,3\n")
    args = Namespace(
        usage=f"{tmp_path}/usage.csv",
        customers=f"{tmp_path}/customers.csv",
        **vars(job.READING.parse_args([])),
    )
    with pytest.raises(BadInputError, match="column Level has a name that the project gives"):
        source.read_usage(spark, args)


def test_customers_of_whom_no_id_is_in_usage_are_refused(spark, tmp_path):
    (tmp_path / "usage.csv").write_text("customer_id,month,usage\n0a,2024-01-01,1\n")
    (tmp_path / "customers.csv").write_text("customer_id,signup_month,plan\na,,basic\n")
    args = Namespace(
        usage=f"{tmp_path}/usage.csv",
        customers=f"{tmp_path}/customers.csv",
        **vars(job.READING.parse_args([])),
    )
    with pytest.raises(BadInputError, match=r"none of its ids .* 'a' here, '0a' there"):
        source.read_usage(spark, args)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("", "either --usage or --features"),
        ("--usage u --features f --id i --label l --horizon 3", "either --usage or --features"),
        ("--usage u", "--usage needs --horizon"),
        ("--features f --label l", "--features needs --id"),
        ("--features f --id i", "--features needs --label"),
        ("--features f --id i --label l --horizon 3", "--horizon does not go with --features"),
        ("--usage u --horizon 3 --positive x", "--positive does not go with --usage"),
    ],
)
def test_arguments_that_do_not_go_together_are_refused(capsys, arguments, told):
    parser = ArgumentParser()
    source.add_arguments(parser)
    with pytest.raises(SystemExit) as error:
        source.check_arguments(parser, parser.parse_args(arguments.split()), "label")
    assert error.value.code == 2
    assert told in capsys.readouterr().err


def test_a_model_is_refused_for_usage_that_it_was_not_trained_for():
    source.check_horizon(None, 3)
    source.check_horizon(3, 3)
    with pytest.raises(BadInputError, match="horizon of 3 months, not 6"):
        source.check_horizon(6, 3)
    with pytest.raises(BadInputError, match="not trained on --usage"):
        source.check_horizon(3, None)


def test_a_model_remembers_its_frequency_and_is_refused_for_another():
    week = FREQUENCIES["week"]
    assert source.trained_frequency(source.predicted(13, week)) == week
    assert source.trained_frequency({"horizon": 3}) == MONTH  # a model of 0.1.0
    assert source.predicted(3, MONTH) == {"horizon": 3}  # comparable with a model of 0.1.0
    source.check_frequency(week, week, "u")
    with pytest.raises(BadInputError, match=r"\(u\): its periods are months.*trained on weeks"):
        source.check_frequency(MONTH, week, "u")
    with pytest.raises(BadInputError, match="horizon of 13 weeks, not 3"):
        source.check_horizon(3, 13, week)
