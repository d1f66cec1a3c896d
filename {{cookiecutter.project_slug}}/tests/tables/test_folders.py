"""A small file is the earlier one or the new one, in a folder of this machine and at a URL.

The URL is one of this machine's files, through the same Java as hdfs and s3a: tests/cluster has
those.
"""

import pytest
from pyspark.sql.utils import is_remote

from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.tables.folders import LocalFolder, open_remote

pytestmark = pytest.mark.skipif(is_remote(), reason="the client of Spark Connect has no Java")


def test_a_folder_at_a_url_holds_what_one_of_this_machine_does(spark, tmp_path):
    local = LocalFolder(tmp_path / "local")
    remote = open_remote(spark, "--reports", f"file:{tmp_path}/my reports")
    for folder, place in (local, tmp_path / "local"), (remote, tmp_path / "my reports"):
        assert folder.states() == {}
        folder.write({"a.json": b"1", "b.png": bytes(range(256))})
        folder.write({"a.json": b"12"})
        assert (folder.read("a.json"), folder.read("b.png")) == (b"12", bytes(range(256)))
        assert {name: size for name, (_, size) in folder.states().items()} == {
            "a.json": 2,
            "b.png": 256,
        }
        with pytest.raises(FileNotFoundError):
            folder.read("c.json")
        left = {path.name for path in place.iterdir() if path.suffix != ".crc"}
        assert left == {"a.json", "b.png"}
    assert str(remote / "runs") == f"file:{tmp_path}/my reports/runs"


def test_of_files_that_are_written_together_none_is_replaced_if_one_fails(tmp_path):
    folder = LocalFolder(tmp_path)
    folder.write({"a.json": b"earlier"})
    with pytest.raises(FileNotFoundError):
        folder.write({"a.json": b"new", "no/folder": b""})
    assert folder.read("a.json") == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_url_that_cannot_be_written_is_refused_at_once_and_later_worth_a_retry(spark, tmp_path):
    (tmp_path / "file").touch()
    for url, told in {
        f"file:{tmp_path}/file/x": "cannot be written (",
        "klingon://lake/x": "Spark has no connector for such addresses",
    }.items():
        with pytest.raises(BadInputError) as refused:
            open_remote(spark, "--reports", url)
        assert str(refused.value).startswith(f"--reports ({url}): ") and told in str(refused.value)
    folder = open_remote(spark, "--reports", f"file:{tmp_path}/x")
    (tmp_path / "x").rmdir()
    (tmp_path / "x").touch()
    with pytest.raises(UnavailableError, match=f"file:{tmp_path}/x.*cannot be written now") as lost:
        folder.write({"a.json": b""})
    assert "\n" not in str(lost.value)
