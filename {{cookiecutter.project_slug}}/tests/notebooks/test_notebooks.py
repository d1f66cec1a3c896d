"""Every notebook runs from top to bottom in its folder, as in Jupyter."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module", params=NOTEBOOKS, ids=lambda path: path.stem)
def executed(request):
    notebook = nbformat.read(request.param, as_version=4)
    folder = {"metadata": {"path": str(request.param.parent)}}
    return NotebookClient(notebook, timeout=600, resources=folder).execute()


@pytest.mark.slow
def test_a_notebook_runs_and_shows_a_picture_and_a_table(executed):
    shown = {
        kind
        for cell in executed.cells
        for output in cell.get("outputs", [])
        for kind in output.get("data", {})
    }
    assert {"image/png", "text/html"} <= shown


@pytest.mark.slow
def test_a_notebook_says_nothing_on_stderr(executed):
    said = [
        line
        for cell in executed.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
        for line in output["text"].splitlines()
    ]
    assert said == []
