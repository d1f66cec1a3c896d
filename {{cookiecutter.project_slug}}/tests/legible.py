"""Look at a figure as a reader does: which texts lie on others, or outside of the picture?"""

from itertools import combinations, product
from unittest.mock import patch

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

TOUCH = 1.0
"""Pixels by which boxes may overlap: a box has an empty margin."""


def faults(figure: Figure) -> list[str]:
    """Draw a figure and tell what cannot be read in it.

    Every text that the renderer draws counts: labels of ticks and bars, titles, legends, notes.

    Returns:
        A sentence for each two texts that overlap, for each that leaves the figure, and for each
        line of data that runs through its panel's legend.
    """
    drawn: dict[int, Text] = {}
    draw = Text.draw

    def record(text: Text, renderer: object) -> None:
        if text.get_visible() and text.get_text().strip():
            drawn[id(text)] = text
        draw(text, renderer)

    canvas = FigureCanvasAgg(figure)
    with patch.object(Text, "draw", record):
        canvas.draw()
    boxes = [(text.get_text(), text.get_window_extent()) for text in drawn.values()]
    page = figure.bbox.padded(TOUCH)
    return (
        [
            f"{text!r} leaves the figure"
            for text, box in boxes
            if not (page.contains(box.x0, box.y0) and page.contains(box.x1, box.y1))
        ]
        + [
            f"{one!r} lies on {other!r}"
            for (one, a), (other, b) in combinations(boxes, 2)
            if min(a.x1, b.x1) - max(a.x0, b.x0) > TOUCH
            and min(a.y1, b.y1) - max(a.y0, b.y0) > TOUCH
        ]
        + [told for panel in figure.axes for told in lines_through_legend(panel)]
    )


def lines_through_legend(panel: Axes) -> list[str]:
    """Tell which lines run through a panel's legend; dotted ones are guides that it may hide."""
    texts = legend.get_texts() if (legend := panel.get_legend()) else []
    boxes = [(text.get_text(), text.get_window_extent()) for text in texts]
    paths = [
        (line.get_label(), line.get_transform().transform_path(line.get_path()))
        for line in panel.lines
        if line.get_linestyle() != ":"
    ]
    return [
        f"{line!r} runs through {text!r} of the legend"
        for (line, path), (text, box) in product(paths, boxes)
        if path.intersects_bbox(box, filled=False)
    ]
