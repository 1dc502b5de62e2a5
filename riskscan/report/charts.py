"""Small charts as inline SVG, drawn by hand: no library, no script, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from riskscan.report.document import Count, DeviceGroup, LevelCount
from riskscan.report.drawing import INK, LEVEL_COLOURS, SOFT, STATUS_COLOURS, picture


def levels(counts: Sequence[LevelCount]) -> Markup:
    """Draw how many risks stand at each level, worst first, as bars with word and number."""
    most = max((c.count for c in counts), default=0) or 1
    bars = [
        _bar(place, c.level.value.capitalize(), c.count, most, LEVEL_COLOURS[c.level.rank], 92)
        for place, c in enumerate(counts)
    ]
    said = ", ".join(f"{c.count} {c.level.value}" for c in counts)
    return picture(330, len(counts) * 22, "Risks by level", said, bars)


def groups(inventory: Sequence[DeviceGroup]) -> Markup:
    """Draw how many devices stand in each group of the inventory."""
    sizes = [(group.name, len(group.devices)) for group in inventory]
    most = max((size for _, size in sizes), default=0) or 1
    bars = [
        _bar(place, name, size, most, "#1f5f74", 190) for place, (name, size) in enumerate(sizes)
    ]
    said = ", ".join(f"{name}: {size}" for name, size in sizes)
    return picture(620, max(1, len(sizes)) * 22, "Devices by group", said, bars)


def _bar(place: int, label: str, count: int, most: int, colour: str, left: int) -> str:
    room = 620 - left - 50 if left > 100 else 330 - left - 40
    width = round(room * count / most, 1)
    top = place * 22
    return (
        f'<text x="{left - 10}" y="{top + 15}" text-anchor="end" font-size="12" '
        f'fill="{INK}">{escape(label)}</text>'
        f'<rect x="{left}" y="{top + 4}" width="{max(width, 1.5)}" height="14" rx="1.5" '
        f'fill="{colour if count else "#d5dce1"}"/>'
        f'<text x="{left + width + 7}" y="{top + 15}" font-size="12" font-weight="600" '
        f'fill="{INK if count else SOFT}">{count:,}</text>'
    )


def statuses(counts: Sequence[Count]) -> Markup:
    """Draw the controls of one safeguard as one bar, split by status."""
    total = sum(c.count for c in counts) or 1
    parts: list[str] = []
    left = 0.0
    for count, colour in zip(counts, STATUS_COLOURS, strict=True):
        width = 620 * count.count / total
        if count.count:
            parts.append(
                f'<rect x="{left:.1f}" y="0" width="{width:.1f}" height="12" fill="{colour}" '
                f'stroke="#ffffff" stroke-width="1.5"/>'
            )
        left += width
    said = ", ".join(f"{c.label.lower()}: {c.count}" for c in counts)
    return picture(620, 12, "Controls by status", said, parts)
