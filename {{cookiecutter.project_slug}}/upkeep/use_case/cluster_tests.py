"""New use case: its table is the same on a cluster."""

import pandas as pd
import pytest

from .conftest import read

pytestmark = pytest.mark.cluster


def test_the_table_is_the_same(both, simulated):
    usage = ("--usage", str(simulated / "usage"))
    folders = both("new_use_case", *usage, "--output", "{}/output")
    there, here = (read(folder / "output", "month") for folder in folders)
    pd.testing.assert_frame_equal(there, here)
