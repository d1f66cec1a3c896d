"""Translate Spark's errors about a table: bad input, or an unavailable resource."""

import re

from py4j.protocol import Py4JJavaError
from pyspark.errors import PySparkException

from ..errors import BadInputError, UnavailableError

FAULTS: tuple[tuple[str, type[Exception], str], ...] = (
    (
        r"FAILED_READ_FILE\.FILE_NOT_EXIST",
        UnavailableError,
        "a file was replaced or removed while it was read. Try again.",
    ),
    (
        r"java\.net\.\w*(Connect|Timeout|NoRouteToHost|UnknownHost)\w*",
        UnavailableError,
        "its server does not answer. Check the address, or try again.",
    ),
    (
        r"ClassNotFoundException: Class org\.apache\.hadoop\.fs|No FileSystem for scheme"
        r"|UNSUPPORTED_FILE_SYSTEM",
        BadInputError,
        "Spark has no connector for such addresses. Check the scheme, or add the connector to "
        "Spark (for s3a: --packages org.apache.hadoop:hadoop-aws, in Spark's version of Hadoop).",
    ),
    (
        r"UnknownStoreException|NoSuchBucket",
        BadInputError,
        "there is no such bucket. Check the name.",
    ),
    (
        "bucket is null/empty",
        BadInputError,
        "names no bucket, or one with a character that no bucket has. Write s3a://BUCKET/FOLDER.",
    ),
    (
        r"NoAuthWithAWSException|NoAwsCredentials|[Uu]nable to load credentials",
        BadInputError,
        "no credentials for its server. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give "
        "the machine a role.",
    ),
    (
        r"Permission denied|AccessControlException|AccessDenied|InvalidAccessKeyId",
        BadInputError,
        "no permission. Let the job's user read it, and write it if it is an output.",
    ),
    (
        r"TABLE_OPERATION\].*(REPLACE TABLE|PARTITION)",
        BadInputError,
        "its catalog cannot replace a table in one step. Name a table of a catalog of Delta or "
        "Iceberg, or a folder.",
    ),
    (
        "Unsupported format in USING|Cannot open table: path is not set",
        BadInputError,
        "its catalog has no tables of this --format. Leave it out, or name another catalog.",
    ),
    (
        r"REQUIRES_SINGLE_PART_NAMESPACE|\[(SCHEMA|CATALOG)_NOT_FOUND|DATA_SOURCE_NOT_FOUND"
        r"|Cannot find catalog plugin class",
        BadInputError,
        "there is no such catalog or schema, or Spark lacks the connector of its format. Check the "
        "name, or add the connector to Spark (--packages).",
    ),
    (
        r"Cannot find (a )?snapshot|\[DELTA_(VERSION_NOT_FOUND|TIMESTAMP_)|INVALID_TIME_TRAVEL",
        BadInputError,
        "has no such version, or none at that time. Name another one behind the @.",
    ),
    (
        r"\[(PATH|TABLE_OR_VIEW)_NOT_FOUND",
        BadInputError,
        "there is no such path or catalog table. Check the name.",
    ),
    (
        r"\[UNABLE_TO_INFER_SCHEMA",
        BadInputError,
        "there are no files in it. Check the name.",
    ),
    (
        r"PARQUET_COLUMN_DATA_TYPE_MISMATCH|\[CANNOT_MERGE_SCHEMAS",
        BadInputError,
        "its files hold a column in different types. Write all files with the same types.",
    ),
    (
        r"\[PARQUET_TYPE_ILLEGAL|\[UNSUPPORTED_(TIME_TYPE|DATATYPE)|\[DECIMAL_PRECISION_EXCEEDS",
        BadInputError,
        "a column is of a type that Spark cannot read. Store it as text.",
    ),
    (
        r"\[COLUMN_ALREADY_EXISTS",
        BadInputError,
        "a column occurs twice in it, perhaps in another letter case. Keep one of them.",
    ),
    (
        r"\[CONFLICTING_(PARTITION|DIRECTORY)",
        BadInputError,
        "its files lie in folders of different columns. Put all into folders of the same names.",
    ),
    (
        r"\[INVALID_DATETIME_PATTERN",
        BadInputError,
        "the pattern of --time-format is none of Spark's. Write it as 'M/d/yyyy H:mm'.",
    ),
    (
        r"CSV header does not conform to the schema",
        BadInputError,
        "its CSV files order their columns differently. Write all with the same header.",
    ),
    (
        r"\[FAILED_READ_FILE",
        BadInputError,
        "a file is damaged, or of another kind than its name tells: .csv, .json, .orc; Parquet "
        "without these.",
    ),
)
"""Pattern of Spark's message, the error to raise, and its message."""


def explain(error: PySparkException | Py4JJavaError, where: str) -> Exception | None:
    """Return the error to raise instead of Spark's; None if the table is not the cause."""
    for pattern, kind, problem in FAULTS:
        if re.search(pattern, str(error)):
            return kind(f"{where}: {problem}")
    return None
