"""What DNS-SD records say of the device that offers them (RFC 6763)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from riskscan.discover.probes.codec import dns
from riskscan.discover.probes.codec.dns import Name, Record

Facts = list[tuple[str, str]]

META: Name = ("_services", "_dns-sd", "_udp", "local")
"""Asking for it names the types of services on offer (RFC 6763 section 9)."""
TELLING = (
    *("_ipp", "_ipps", "_printer", "_pdl-datastream", "_uscan", "_scanner", "_device-info"),
    *(
        "_axis-video",
        "_googlecast",
        "_airplay",
        "_raop",
        "_hap",
        "_sonos",
        "_hue",
        "_spotify-connect",
    ),
    *(
        "_amzn-wplay",
        "_dicom",
        "_dicom-tls",
        "_acr-nema",
        "_workstation",
        "_http",
        "_smb",
        "_adisk",
    ),
)
"""Services whose TXT record or instance names say what the device is, the most telling first."""
MOST_ASKED = 12
"""Types that one packet asks for: their answers fit into a few datagrams."""
_MOST_SERVICES = 40
_KEYS = {
    "mdns.maker": ("usb_mfg", "manufacturer", "vendor", "mfg"),
    "mdns.product": ("ty", "product", "usb_mdl", "md", "model", "am", "modelid"),
    "mdns.version": ("fv", "srcvers", "osxvers", "firmware", "swversion"),
}
"""Keys of TXT records: Bonjour Printing Specification 1.2.1, HomeKit, Google Cast, AirPlay."""


def types_question() -> bytes:
    """Ask which types of services are on offer."""
    return dns.query([(META, dns.PTR)])


def services_question(types: Iterable[str]) -> bytes | None:
    """Ask for the instances of the offered types that say most; None if none of them does."""
    offered = set(types)
    wanted = [
        (service, transport, "local")
        for service in TELLING
        for transport in ("_tcp", "_udp")
        if f"{service}.{transport}" in offered
    ]
    return dns.query([(name, dns.PTR) for name in wanted[:MOST_ASKED]]) if wanted else None


def service_types(records: Iterable[Record]) -> list[str]:
    """Return the types that records name, as ``_ipp._tcp``, each once."""
    named = [kind for r in records for name in (r.name, r.target) if (kind := _type(name))]
    return list(dict.fromkeys(named))[:_MOST_SERVICES]


def device_facts(records: Iterable[Record]) -> Facts:
    """Return what records say of the device: services, host name, maker, model, version.

    Instance names are left out: people name their devices after themselves.
    """
    held = tuple(records)
    facts = [("mdns.service", kind) for kind in service_types(held)]
    hosts = [r.target for r in held if r.kind == dns.SRV]
    hosts += [r.name for r in held if r.kind in (dns.A, dns.AAAA)]
    named = [host[0] for host in hosts if len(host) == 2 and host[1].lower() == "local"]
    facts += [("mdns.host", host) for host in named[:1]]
    for record in held:
        if record.kind == dns.TXT:
            facts += _text_facts(record.texts)
    return list(dict.fromkeys(facts))[:_MOST_SERVICES]


def _type(name: Name) -> str | None:
    """Find ``_service._tcp`` in a name that may have an instance or a subtype before it."""
    for service, transport, domain in zip(name, name[1:], name[2:], strict=False):
        if transport in ("_tcp", "_udp") and domain == "local" and service.startswith("_"):
            return None if service == "_dns-sd" else f"{service}.{transport}"
    return None


def _text_facts(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    held: dict[str, str] = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if equals and value.strip():
            held.setdefault(key.lower(), value.strip())
    for key, names in _KEYS.items():
        value = next((held[name] for name in names if name in held), "")
        if value:
            # A printer gives its product in brackets (Bonjour Printing Specification).
            yield key, value[1:-1] if value[0] == "(" and value[-1] == ")" else value
