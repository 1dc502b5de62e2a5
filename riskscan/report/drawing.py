"""What all drawings share: the colours, and the frame of an inline SVG."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

INK = "#1d2a33"
SOFT = "#5c6b76"

LEVEL_COLOURS: tuple[str, ...] = ("#d3dade", "#bcd3dc", "#dca83c", "#c2551c", "#8f1d2c")
"""By rank; each is darker than the one below it, so that they differ in black and white too."""

STATUS_COLOURS: tuple[str, ...] = (
    "#8f1d2c", "#dca83c", "#cdd5da", "#1f6f6b", "#5f9c99", "#a9c6c4", "#eceff1",
)  # fmt: skip
"""Not met, partly met, not assessed, met, met otherwise, not reasonable, not applicable."""


def picture(width: int, height: int, title: str, said: str, parts: Sequence[str]) -> Markup:
    """Frame ``parts``, which are SVG already; ``said`` is what a screen reader speaks."""
    body = "".join(parts)
    return Markup(  # noqa: S704
        f'<svg class="chart" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="Source Sans 3, sans-serif" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><desc>{escape(said)}</desc>{body}</svg>"
    )
