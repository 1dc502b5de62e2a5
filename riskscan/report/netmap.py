"""The network at a glance: one small square for each device, by network and by group."""

from __future__ import annotations

from markupsafe import Markup, escape

from riskscan.report.document import MapDevice, MapNetwork
from riskscan.report.drawing import INK, LEVEL_COLOURS, SOFT, picture

_WIDTH = 620
_LABEL = 190
_SQUARE = 27
_TALL = 17
_STEP_X = _SQUARE + 4
_STEP_Y = _TALL + 4
_PER_LINE = (_WIDTH - _LABEL) // _STEP_X


def draw(network: MapNetwork) -> Markup:
    """Draw every device of one network as a square with the end of its address.

    A square is filled in the colour of the worst weakness found on the device, and white if none
    was found; the thicker its frame, the worse, so that it reads without colour.
    """
    parts: list[str] = []
    top = 0
    for row in network.rows:
        parts.append(
            f'<text x="{_LABEL - 10}" y="{top + 12.5}" text-anchor="end" font-size="11" '
            f'fill="{INK}">{escape(row.group)}</text>'
        )
        for place, device in enumerate(row.devices):
            down, across = divmod(place, _PER_LINE)
            parts.append(_square(device, _LABEL + across * _STEP_X, top + down * _STEP_Y))
        top += _STEP_Y * (1 + (len(row.devices) - 1) // _PER_LINE)
    return picture(_WIDTH, max(top, 1), f"Map of {network.label}", _said(network), parts)


def _said(network: MapNetwork) -> str:
    devices = [device for row in network.rows for device in row.devices]
    weak = sum(device.worst is not None for device in devices)
    return f"{len(devices)} devices; weaknesses were found on {weak}"


def _square(device: MapDevice, left: int, top: int) -> str:
    rank = device.worst.rank if device.worst else -1
    fill = LEVEL_COLOURS[rank] if device.worst else "#ffffff"
    ink = "#ffffff" if rank >= 3 else INK
    frame = (0.8, 0.8, 1.0, 1.4, 1.8, 2.2)[rank + 1]
    return (
        f'<rect x="{left + 1}" y="{top + 1}" width="{_SQUARE - 2}" height="{_TALL - 2}" rx="2" '
        f'fill="{fill}" stroke="{INK if device.worst else SOFT}" stroke-width="{frame}"/>'
        f'<text x="{left + _SQUARE / 2}" y="{top + 12.2}" text-anchor="middle" font-size="9.5" '
        f'fill="{ink}">{escape(device.short)}</text>'
    )
