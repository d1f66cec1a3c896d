"""Turn the Markdown that reports use into HTML: titles, paragraphs, lists, tables, links, emphasis.

Everything is escaped first, so that no customer's name becomes an element of the page.
"""

import re
from html import escape

TABLE_RULE = re.compile(r"\|[\s:|-]+\|")
PIPE = re.compile(r"(?<!\\)\|")
SAFE_LINK = re.compile(r"(https?://|#|[\w./-]+$)")
INLINE = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*(.+?)\*\*"), r"<strong>\1</strong>"),
)


def as_html(markdown: str) -> str:
    """Return Markdown as HTML, without its pictures; a title is one level below the page's."""
    blocks = re.split(r"\n\s*\n", markdown.strip())
    return "\n".join(filter(None, map(_block, blocks)))


def title_of(markdown: str) -> str:
    """Return the first title of a report in Markdown, as text."""
    found = re.search(r"^# (.+)$", markdown, re.MULTILINE)
    return found[1].strip() if found else ""


def _block(block: str) -> str:
    lines = [line.rstrip() for line in block.strip().splitlines()]
    heading = re.match(r"(#{1,5}) (.+)", lines[0]) if lines else None
    if heading:
        level = len(heading[1]) + 1
        rest = _block("\n".join(lines[1:])) if lines[1:] else ""
        return f"<h{level}>{_inline(heading[2])}</h{level}>{rest}"
    if all(re.fullmatch(r"!\[.*\]\([^)]*\)", line) for line in lines):
        return ""
    if len(lines) > 1 and TABLE_RULE.fullmatch(lines[1]):
        return _table(lines)
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = "\n".join(lines).removeprefix("- ").split("\n- ")
        return "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in items) + "</ul>"
    return f"<p>{_inline(' '.join(lines))}</p>"


def _table(lines: list[str]) -> str:
    """Return a table that scrolls by itself where the screen is narrower; numbers to the right."""
    header, rule, *rows = ([cell.strip() for cell in _cells(line)] for line in lines)
    right = [cell.endswith(":") for cell in rule]

    def row(cells: list[str], tag: str) -> str:
        sides = [*right, *[False] * len(cells)]
        return "".join(
            f"<{tag}{' class=number' if side else ''}>{_inline(cell)}</{tag}>"
            for cell, side in zip(cells, sides, strict=False)
        )

    head = f"<thead><tr>{row(header, 'th')}</tr></thead>"
    body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in rows)
    return f"<div class=table tabindex=0><table>{head}<tbody>{body}</tbody></table></div>"


def _cells(line: str) -> list[str]:
    return PIPE.split(line.strip())[1:-1]


def _inline(text: str) -> str:
    html = escape(text.replace("\\|", "|"))
    for pattern, element in INLINE:
        html = pattern.sub(element, html)
    return re.sub(r"\[([^\]]+)\]\(([^)\s]+)\)", _link, html)


def _link(found: re.Match[str]) -> str:
    return f'<a href="{found[2]}">{found[1]}</a>' if SAFE_LINK.match(found[2]) else found[1]
