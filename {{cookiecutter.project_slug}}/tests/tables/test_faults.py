"""What Spark says of a table is told in one line, with the exit code that schedulers go by."""

import pytest
from pyspark.errors import PySparkException

from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.tables.faults import explain


@pytest.mark.parametrize(
    ("message", "kind", "told"),
    [
        (
            "[FAILED_READ_FILE.FILE_NOT_EXIST] Encountered error while reading file file:/a.",
            UnavailableError,
            "replaced or removed while it was read. Try again",
        ),
        ("java.net.UnknownHostException: nohost", UnavailableError, "does not answer"),
        ("java.net.ConnectException: Connection refused", UnavailableError, "does not answer"),
        (
            "ClassNotFoundException: Class org.apache.hadoop.fs.s3a.S3AFileSystem not found",
            BadInputError,
            "no connector",
        ),
        ("s3a.UnknownStoreException: getFileStatus on s3a://b", BadInputError, "no such bucket"),
        ("NoAuthWithAWSException: No AWS Credentials", BadInputError, "Set AWS_ACCESS_KEY_ID"),
        ("Cannot find snapshot with ID 1", BadInputError, "no such version"),
        ("Cannot find a snapshot older than 2001", BadInputError, "none at that time"),
        ("[DELTA_VERSION_NOT_FOUND] Cannot time travel", BadInputError, "no such version"),
        ("[INVALID_TIME_TRAVEL_TIMESTAMP_EXPR.INPUT]", BadInputError, "no such version"),
        ("bucket is null/empty", BadInputError, "names no bucket"),
        ("Unsupported format in USING: delta", BadInputError, "no tables of this --format"),
        ('No FileSystem for scheme "foo"', BadInputError, "Check the scheme"),
        ("[FAILED_READ_FILE.UNSUPPORTED_FILE_SYSTEM] http", BadInputError, "no connector"),
        ("FileNotFoundException: /a.parquet (Permission denied)", BadInputError, "no permission"),
        ("[FAILED_READ_FILE.NO_HINT] Encountered error", BadInputError, "a file is damaged"),
        (
            "[FAILED_READ_FILE.PARQUET_COLUMN_DATA_TYPE_MISMATCH] Encountered error",
            BadInputError,
            "hold a column in different types",
        ),
        ("[COLUMN_ALREADY_EXISTS] The column `usage`", BadInputError, "occurs twice"),
        ("[UNSUPPORTED_TIME_TYPE] The data type TIME", BadInputError, "that Spark cannot read"),
        ("[DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION] 50", BadInputError, "that Spark cannot read"),
        ("[TABLE_OR_VIEW_NOT_FOUND] delta.`file:/a`", BadInputError, "no such path"),
        ("[PARQUET_TYPE_ILLEGAL] FIXED_LEN_BYTE_ARRAY", BadInputError, "that Spark cannot read"),
    ],
)
def test_a_fault_is_told_as_what_it_is(message, kind, told):
    found = explain(PySparkException(message), "usage table (U)")
    assert type(found) is kind
    assert told in str(found)
    assert str(found).startswith("usage table (U): ")


def test_a_defect_is_no_fault_of_the_table():
    assert explain(PySparkException("[DIVIDE_BY_ZERO] Division by zero"), "U") is None
