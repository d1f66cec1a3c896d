"""The page shows every report of a folder, and nothing that it was not meant to show."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.reporting import page
from {{ cookiecutter.package_name }}.reporting.files import write_report
from {{ cookiecutter.package_name }}.reporting.markdown import as_html

EVIL = "<script>alert(1)</script>"


def chart() -> Figure:
    return Figure(figsize=(1, 1))


def test_the_page_has_each_reports_chart_tables_facts_and_links(tmp_path):
    (tmp_path / "README.md").write_text("# Not a report\n")
    write_report(tmp_path, "speed", "Speed", [{"way": "rdd", "rows": 1000}], chart())
    write_report(tmp_path, "growth", "Growth", [{"method": "naive"}], chart(), warnings=["late"])
    html = (tmp_path / "index.html").read_text()
    assert re.findall(r"<h2>(.*?)</h2>", html) == ["Growth", "Speed"]
    assert html.count('src="data:image/png;base64,iVBOR') == 2
    assert "<td>rdd</td><td class=number>1,000</td>" in html
    assert "<strong>Warning:</strong> late" in html
    assert "PySpark" in html
    for name in ("growth", "speed"):
        for ending in (".json", ".md", ".png"):
            assert f'<a href="{name}{ending}">' in html
    assert "Not a report" not in html


def test_the_page_asks_for_nothing_from_a_network(tmp_path):
    html = write_report(tmp_path, "speed", "Speed", [{"way": "rdd"}], chart()).read_text()
    assert "default-src 'none'" in html
    assert not re.findall(r"""(?:src|href)=["']?(?:https?:)?//""", html)


def test_names_of_customers_do_not_become_elements(tmp_path):
    rows = [{"customer": EVIL}, {"customer": "[x](javascript:alert(1))"}]
    html = write_report(tmp_path, "evil", EVIL, rows, chart(), warnings=[EVIL]).read_text()
    assert "<script" not in html
    assert "&lt;script&gt;" in html
    assert 'href="javascript' not in html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("## How good", "<h3>How good</h3>"),
        ("- one\n- two", "<ul><li>one</li><li>two</li></ul>"),
        ("a **b** `c`\nd", "<p>a <strong>b</strong> <code>c</code> d</p>"),
        ("[docs](docs/choosing.md)", '<p><a href="docs/choosing.md">docs</a></p>'),
        ("![chart](a.png)", ""),
    ],
)
def test_markdown_of_reports_becomes_html(markdown, html):
    assert as_html(markdown) == html


def test_reports_written_at_once_are_all_on_the_page(tmp_path):
    names = [f"report{number}" for number in range(8)]

    def write(name: str) -> None:
        write_report(tmp_path, name, name, [{"name": name}], chart())

    with ThreadPoolExecutor(len(names)) as pool:
        list(pool.map(write, names))
    html = (tmp_path / "index.html").read_text()
    assert sorted(re.findall(r"<h2>(.*?)</h2>", html)) == names
    assert not list(tmp_path.glob(".*"))


def test_a_report_written_while_the_page_is_made_is_on_it(tmp_path, monkeypatch):
    """The other job made its page first, which this one then replaces."""
    as_page, late = page._as_page, []

    def meanwhile(reports):
        if not late:
            late.append(True)
            write_report(tmp_path, "other", "Other", [{"way": "rdd"}], chart())
        return as_page(reports)

    monkeypatch.setattr(page, "_as_page", meanwhile)
    html = write_report(tmp_path, "this", "This", [{"way": "rdd"}], chart()).read_text()
    assert sorted(re.findall(r"<h2>(.*?)</h2>", html)) == ["Other", "This"]
