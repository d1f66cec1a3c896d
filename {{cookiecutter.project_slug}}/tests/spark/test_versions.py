"""A cluster of another Spark than the installed PySpark is refused in one line."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pyspark
import pytest

from {{ cookiecutter.package_name }}.errors import BadInputError, UnavailableError
from {{ cookiecutter.package_name }}.spark import versions

HERE = versions.minor(pyspark.__version__)


@pytest.fixture
def master(monkeypatch):
    """A master whose status page shows Spark 4.9, as that of a standalone cluster does."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'<span class="version">4.9.1</span> Spark Master at')

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Page)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr(versions, "STATUS_PORT", server.server_port)
    yield "spark://127.0.0.1:7077"
    server.shutdown()
    server.server_close()


def test_another_patch_is_served_and_another_minor_refused_with_both_and_the_command():
    versions.refuse_other_minor("sc://h", f"{HERE}.99")
    with pytest.raises(BadInputError) as refused:
        versions.refuse_other_minor("sc://h", "4.9.1")
    assert str(refused.value) == (
        f"sc://h runs Spark 4.9, and this environment has PySpark {HERE}. To change the project's "
        "version: uv run nox -s update -- spark_version=4.9"
    )


def test_a_master_that_accepts_nothing_is_refused_for_its_version_if_that_is_the_cause(master):
    told = versions.refused_by(master)
    assert isinstance(told, BadInputError)
    assert "127.0.0.1:7077 runs Spark 4.9" in str(told)


def test_a_master_that_does_not_answer_is_worth_a_retry(master, monkeypatch):
    monkeypatch.setattr(versions, "STATUS_PORT", 1)
    told = versions.refused_by(master)
    assert isinstance(told, UnavailableError)
    assert f"PySpark {HERE}" in str(told)
