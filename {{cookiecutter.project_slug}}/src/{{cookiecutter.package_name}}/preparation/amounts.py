"""Read amounts as people write them: with a currency, and thousands in groups."""

from pyspark.sql import Column
from pyspark.sql import functions as F

CURRENCY = r"(?:\p{Sc}|[A-Z]{3})"
"""A currency's sign or code: £, EUR."""

SPACE = r"[ \u00a0\u202f\u2009]"

AMBIGUOUS = r"^[-+]?\d{1,3},\d{3}$"
"""1,234 is 1234 or 1.234, unless the decimal sign is known."""

COMMA = r"^[-+]?\d*,\d+$"


def bare(stored: Column) -> Column:
    """Return the text of an amount without its currency, and without spaces around it."""
    before, after = rf"^([-+]?){SPACE}*{CURRENCY}{SPACE}*", rf"{SPACE}*{CURRENCY}$"
    text = F.trim(stored)
    plain = F.regexp_replace(F.regexp_replace(text, before, "$1"), after, "")
    return F.when(text.rlike(r"^[-+]?[\d.]+$"), text).otherwise(plain)


def number(text: Column, decimal: str | None) -> Column:
    """Return amounts as doubles; null where a text is not a number or has two meanings.

    Args:
        text: amounts without a currency (see `bare`).
        decimal: the decimal sign, "." or ","; None if it is not known, which makes 1,234 null.
    """
    sign = decimal or "."
    group = rf"(?:[.']|{SPACE})" if sign == "," else rf"(?:[,']|{SPACE})"
    plain = rf"^[-+]?(\d+[{sign}]?\d*|[{sign}]\d+)([eE][-+]?\d+)?$"
    grouped = rf"^[-+]?\d{{1,3}}({group}\d{{3}})+([{sign}]\d*)?$"
    without = F.regexp_replace(text, group, "")
    value = F.when(text.rlike(plain), text).when(text.rlike(grouped), without)
    if decimal is None:
        value = F.when(~text.rlike(AMBIGUOUS), value)
    return F.translate(value, ",", ".").try_cast("double")
