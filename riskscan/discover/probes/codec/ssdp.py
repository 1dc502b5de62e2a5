"""SSDP searches and notices, and UPnP device descriptions (UPnP device architecture 1.1)."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable
from ipaddress import ip_address
from urllib.parse import urlsplit

from riskscan.discover.faults import ProtocolError
from riskscan.discover.probes.codec.head import Head, head
from riskscan.model import Address

Facts = list[tuple[str, str]]

SEARCH = (
    b"M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
    b'MAN: "ssdp:discover"\r\nMX: 1\r\nST: upnp:rootdevice\r\nUSER-AGENT: riskscan\r\n\r\n'
)
"""Section 1.3.2. The host stays the group's: several devices look for it there."""

_TAGS = {
    "deviceType": "ssdp.type",
    "friendlyName": "ssdp.name",
    "manufacturer": "ssdp.maker",
    "modelName": "ssdp.product",
    "modelNumber": "ssdp.version",
    "serialNumber": "ssdp.serial",
}
_TAG = re.compile(rf"<({'|'.join(_TAGS)})>([^<]{{1,500}})<")
_NAMED_TYPE = re.compile(r"urn:[\w.-]{1,80}:(?:device|service):[\w.-]{1,80}(?::\d{1,3})?")


def reply_facts(octets: bytes) -> tuple[Facts, str]:
    """Return what an answer to a search says, and its LOCATION. Raises ``ProtocolError``."""
    found = head(octets)
    if found.status("HTTP") != "200" or not {"st", "usn"} & found.fields.keys():
        raise ProtocolError("not an answer to an SSDP search")
    return _facts(found, "st"), found.fields.get("location", "")


def notice_facts(octets: bytes) -> Facts:
    """Return what a NOTIFY says. Raises ``ProtocolError`` if it is none, or a farewell."""
    found = head(octets)
    alive = found.fields.get("nts", "") == "ssdp:alive"
    if not found.first.startswith("NOTIFY * HTTP/1.") or not alive:
        raise ProtocolError("not an SSDP notice")
    return _facts(found, "nt")


def _facts(found: Head, kind: str) -> Facts:
    facts = [("ssdp.server", found.fields["server"])] if "server" in found.fields else []
    for text in (found.fields.get(kind, ""), found.fields.get("usn", "")):
        if named := _NAMED_TYPE.search(text):
            facts.append(("ssdp.type", named[0]))
    return list(dict.fromkeys(facts))


def location(text: str, address: Address) -> tuple[int, str] | None:
    """Return port and path of a LOCATION, or None unless it lies on this very device."""
    try:
        parts = urlsplit(text)
        port = parts.port or 80
        here = ip_address(parts.hostname or "") == address
    except ValueError:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    fits = path.isascii() and path.isprintable() and " " not in path and len(path) <= 200
    return (port, path) if here and parts.scheme == "http" and fits else None


def description_request(address: Address, port: int, path: str) -> bytes:
    """Return an honest request for the page, whose path ``location`` has checked (RFC 9112)."""
    host = f"[{address}]" if address.version == 6 else str(address)
    return (
        f"GET {path} HTTP/1.1\r\nHost: {host}:{port}\r\nUser-Agent: riskscan\r\n"
        "Accept: */*\r\nConnection: close\r\n\r\n"
    ).encode("ascii")


def description_facts(octets: bytes) -> Facts:
    """Return what a device description says of its root device, the first of each element.

    Raises ``ProtocolError`` if it is no description. It is searched and not parsed as XML: nothing
    in it is expanded.
    """
    text = octets.decode("utf-8", errors="replace")
    if "<root" not in text or "<device>" not in text:
        raise ProtocolError("not a UPnP device description")
    first: dict[str, str] = {}
    for tag, value in _of_root_device(text):
        words = " ".join(html.unescape(value).split())
        if words:
            first.setdefault(tag, words)
    return [(key, first[tag]) for tag, key in _TAGS.items() if tag in first]


def _of_root_device(text: str) -> Iterable[tuple[str, str]]:
    """Leave out embedded devices, which stand in a list of their own (section 2.3)."""
    return _TAG.findall(text.partition("<deviceList>")[0])
