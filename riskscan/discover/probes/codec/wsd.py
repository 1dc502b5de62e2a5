"""WS-Discovery over UDP (OASIS 1.1 and the 2005/04 draft that ONVIF, printers and SDC speak)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from urllib.parse import unquote

from riskscan.discover.faults import ProtocolError

Facts = list[tuple[str, str]]

_ENVELOPE = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:a="{addressing}" '
    'xmlns:d="{discovery}"><e:Header><a:MessageID>urn:uuid:{number}</a:MessageID>'
    "<a:To>{to}</a:To><a:Action>{discovery}/Probe</a:Action></e:Header>"
    "<e:Body><d:Probe/></e:Body></e:Envelope>"
)
DRAFT = {
    "addressing": "http://schemas.xmlsoap.org/ws/2004/08/addressing",
    "discovery": "http://schemas.xmlsoap.org/ws/2005/04/discovery",
    "to": "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
}
"""What ONVIF cameras, printers and Windows speak."""
OASIS = {
    "addressing": "http://www.w3.org/2005/08/addressing",
    "discovery": "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
    "to": "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
}
"""What DPWS 1.1 speaks, and with it the medical devices of IEEE 11073-20702."""
_TYPES = re.compile(r"<[\w.-]{0,40}:?Types(?:\s[^<>]{0,500})?>([^<]{1,2000})<")
_SCOPES = re.compile(r"<[\w.-]{0,40}:?Scopes(?:\s[^<>]{0,500})?>([^<]{1,8000})<")
_ANSWERS = ("ProbeMatches", "Hello")
_ONVIF = "onvif://www.onvif.org/"
_MOST = 20


def probe(version: dict[str, str]) -> bytes:
    """Return a Probe for whatever there is, in the namespaces of ``DRAFT`` or ``OASIS``."""
    return _ENVELOPE.format(number=uuid.uuid4(), **version).encode()


def match_facts(octets: bytes) -> Facts:
    """Read a ProbeMatches or a Hello: types, and what the scopes say of an ONVIF or SDC device.

    Raises ``ProtocolError`` for anything else. It is searched and not parsed as XML: nothing in it
    is expanded. An address of a bed or a room is never kept.
    """
    text = octets.decode("utf-8", errors="replace")
    if "Envelope" not in text or not any(word in text for word in _ANSWERS):
        raise ProtocolError("not an answer to a WS-Discovery probe")
    types = [name.rpartition(":")[2] for found in _TYPES.findall(text) for name in found.split()]
    scopes = [scope for found in _SCOPES.findall(text) for scope in found.split()]
    facts = [("wsd.type", name) for name in dict.fromkeys(types) if name][:_MOST]
    return list(dict.fromkeys([*facts, *_scope_facts(scopes), *_medical(types, scopes)]))[:_MOST]


def _scope_facts(scopes: list[str]) -> Iterator[tuple[str, str]]:
    for key, folder in (("wsd.name", "name/"), ("wsd.hardware", "hardware/")):
        begins = _ONVIF + folder
        yield from ((key, unquote(s[len(begins) :])) for s in scopes if s.startswith(begins))


def _medical(types: list[str], scopes: list[str]) -> Iterator[tuple[str, str]]:
    """IEEE 11073-20702 names the type, 11073-20701 the scopes of a medical device."""
    if "MedicalDevice" in types or any(s.startswith("sdc.") for s in scopes):
        yield "wsd.medical", "true"
    if any(s.startswith("sdc.ctxt.loc:") for s in scopes):
        yield "wsd.bed-location", "true"
