"""A real browser, without a window, shows the page: on a phone and a screen, light and dark."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from {{ cookiecutter.package_name }}.reporting.files import write_report

pytestmark = pytest.mark.slow

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")

LONG = "a-customer-whose-identifier-has-no-space-and-does-not-end-" * 4

LOOK = """
<script>
addEventListener("load", () => {
  const shown = element => element.getBoundingClientRect();
  const found = [...document.querySelectorAll("h1, h2, h3, nav a, p, li, img, .table")];
  const overlaps = [];
  for (const one of found) for (const other of found) {
    if (one === other || one.contains(other) || other.contains(one)) continue;
    const [a, b] = [shown(one), shown(other)];
    if (Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
        Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1)
      overlaps.push(one.outerHTML.slice(0, 80) + " on " + other.outerHTML.slice(0, 80));
  }
  const told = {
    width: innerWidth,
    page: document.documentElement.scrollWidth,
    charts: [...document.images].map(i => [i.naturalWidth, shown(i).width, shown(i).height]),
    tables: [...document.querySelectorAll(".table")].map(t => shown(t).right),
    back: getComputedStyle(document.body).backgroundColor,
    overlaps,
  };
  document.title = "look:" + JSON.stringify(told);
});
</script>
"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip(f"there is no browser here: {', '.join(BROWSERS)}")
    return found


@pytest.fixture(scope="module")
def html(tmp_path_factory) -> str:
    folder = tmp_path_factory.mktemp("reports")
    rows = [{"customer": LONG, **{f"measure_{n}": 1234.5 for n in range(12)}}] * 3
    for name in ("growth_forecast", "churn", "a_report_with_quite_a_long_name"):
        figure = Figure(figsize=(11, 5))
        figure.subplots().plot([1, 2, 3])
        title = f"{name} {LONG}"
        page = write_report(folder, name, title, rows, figure, warnings=[LONG])
    return page.read_text()


def look(browser: str, html: str, folder: Path, size: int, *, dark: bool = False):
    """Open the page in a frame as wide as a screen; return what a script in it saw, and the log.

    A window of a browser without a window may not be narrower than 500 pixels, but a frame may.
    """
    inside = re.sub("<meta http-equiv.*?>", "", html, flags=re.DOTALL)
    (folder / "inside.html").write_text(inside.replace("</head>", f"{LOOK}</head>"))
    (folder / "frame.html").write_text(
        f'<iframe src="inside.html" width={size} height=900 style="border:0"></iframe><script>'
        "addEventListener('load', () => setTimeout(() => { document.title = "
        "document.querySelector('iframe').contentDocument.title }, 200))</script>"
    )
    run = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *("--allow-file-access-from-files", f"--user-data-dir={folder / 'profile'}"),
            *("--virtual-time-budget=5000", "--window-size=1400,1000", "--dump-dom"),
            *(["--blink-settings=preferredColorScheme=0"] if dark else []),
            str(folder / "frame.html"),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"HOME": str(folder)},
    )
    [told] = re.findall(r"<title>look:(.*?)</title>", run.stdout, re.DOTALL)
    log = [line for line in run.stderr.splitlines() if "CONSOLE" in line]
    return json.loads(told.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")), log


@pytest.mark.parametrize("size", [375, 1280])
def test_charts_are_visible_and_nothing_overlaps_or_leaves_the_screen(
    browser, html, tmp_path, size
):
    seen, log = look(browser, html, tmp_path, size)
    assert seen["width"] == size
    assert log == []
    assert len(seen["charts"]) == 3
    assert all(
        natural > 0 and width > 100 and height > 50 for natural, width, height in seen["charts"]
    )
    assert seen["page"] <= size
    assert max(seen["tables"]) <= size
    assert seen["overlaps"] == []


def test_the_page_itself_has_no_error_in_a_browser(browser, html, tmp_path):
    """As it is, with its security policy: what that refuses is an error of the console."""
    page = tmp_path / "index.html"
    page.write_text(html)
    run = subprocess.run(
        [
            *(browser, "--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr"),
            *(f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", str(page)),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
        env=os.environ | {"HOME": str(tmp_path)},
    )
    assert run.stdout.count("<img ") == 3
    assert [line for line in run.stderr.splitlines() if "CONSOLE" in line] == []


def test_the_page_is_dark_where_the_reader_prefers_that(browser, html, tmp_path):
    light, _ = look(browser, html, tmp_path, 375)
    dark, _ = look(browser, html, tmp_path, 375, dark=True)
    assert [sum(map(int, re.findall(r"\d+", seen["back"]))) > 382 for seen in (light, dark)] == [
        True,
        False,
    ]
