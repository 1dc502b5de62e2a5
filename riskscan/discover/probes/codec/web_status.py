"""Anonymous pages on which a product states its name and version, and the signs that it is there.

No path is tried on a server that has not given a sign of the product. None of these pages holds
more than the product says of itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Facts = list[tuple[str, str]]
Reader = Callable[[str], Facts]

_FHIR = "application/fhir+json, application/json;q=0.9"


@dataclass(frozen=True, slots=True)
class StatusPage:
    """One page that may be asked for."""

    path: str
    read: Reader
    """Body to facts; nothing if the page is another's."""
    signs: Mapping[str, str] = field(default_factory=dict)
    """Key of an observation to the pattern that one of them must match."""
    ports: frozenset[int] = frozenset()
    """Ports that are a sign by themselves."""
    accept: str = "application/json"
    extra: str = ""
    """One more header line that the page insists on."""

    def fits(self, port: int, facts: Iterable[tuple[str, str]]) -> bool:
        return port in self.ports or any(
            re.search(self.signs[key], value) for key, value in facts if key in self.signs
        )


def orthanc(body: str) -> Facts:
    """Read Orthanc's ``/system``: its version, if the page is open to anyone."""
    page = _json(body)
    if not {"ApiVersion", "Version"} <= page.keys():
        return []
    return [("http.product", f"Orthanc {page['Version']}")]


def mirth(body: str) -> Facts:
    """Read ``/api/server/version`` of Mirth Connect: a bare version number."""
    found = re.fullmatch(r"\s{0,9}(\d{1,3}(?:\.\d{1,4}){1,3})\s{0,9}", body)
    return [("http.product", f"Mirth Connect {found[1]}")] if found else []


def ilo(body: str) -> Facts:
    """Read ``/xmldata?item=all`` of HPE iLO: controller and firmware; nothing of the server."""
    name = re.search(r"<PN>[^<]{0,80}\((iLO[^<)]{0,8})\)", body)
    version = re.search(r"<FWRI>([\d.]{1,12})</FWRI>", body)
    return [("http.product", f"{name[1]} {version[1] if version else ''}".strip())] if name else []


def unifi(body: str) -> Facts:
    """Read ``/status`` of a UniFi Network controller."""
    meta = _json(body).get("meta")
    version = meta.get("server_version") if isinstance(meta, dict) else None
    return [("http.product", f"UniFi Network {version}")] if version else []


def cloud_storage(body: str) -> Facts:
    """Read ``/status.php`` of Nextcloud and ownCloud."""
    page = _json(body)
    name, version = page.get("productname"), page.get("versionstring")
    if name not in ("Nextcloud", "ownCloud") or not version:
        return []
    return [("http.product", f"{name} {version}")]


def front_page(body: str) -> Facts:
    """Read the front page of databases that greet in JSON: Elasticsearch, OpenSearch, CouchDB."""
    page = _json(body)
    version = page.get("version")
    if isinstance(version, dict) and "You Know, for Search" in str(page.get("tagline")):
        return [("http.product", f"Elasticsearch {version.get('number')}")]
    if isinstance(version, dict) and version.get("distribution") == "opensearch":
        return [("http.product", f"OpenSearch {version.get('number')}")]
    if page.get("couchdb") == "Welcome":
        return [("http.product", f"CouchDB {version}")]
    return []


def capability(body: str) -> Facts:
    """Read a FHIR CapabilityStatement (R4 5.1), whole or cut, as far as it names the server."""
    if not re.search(r'"(?:CapabilityStatement|Conformance)"', body):
        return []
    software, security = _member(body, "software"), _member(body, "security")
    facts = {"fhir.version": _member(body, "fhirVersion")}
    if isinstance(software, dict):
        facts |= {
            "fhir.software": software.get("name"),
            "fhir.software-version": software.get("version"),
        }
    named = [(key, value) for key, value in facts.items() if isinstance(value, str) and value]
    return named + [("fhir.security", code) for code in dict.fromkeys(_codes(security))]


def _codes(security: object) -> Iterator[str]:
    services = security.get("service") if isinstance(security, dict) else None
    for service in services if isinstance(services, list) else ():
        codings = service.get("coding") if isinstance(service, dict) else None
        for coding in codings if isinstance(codings, list) else ():
            code = coding.get("code") if isinstance(coding, dict) else None
            if isinstance(code, str) and code:
                yield code[:64]


def _member(body: str, name: str) -> object:
    """Return the first value of that name, without the rest of what may be a cut document."""
    found = re.search(rf'"{name}"\s{{0,9}}:\s{{0,9}}', body)
    if not found:
        return None
    try:
        value: object = json.JSONDecoder().raw_decode(body, found.end())[0]
    except (ValueError, RecursionError):
        return None
    return value


def _json(body: str) -> dict[str, Any]:
    try:
        page = json.loads(body[body.index("{") : body.rindex("}") + 1])
    except (ValueError, RecursionError):
        return {}
    return page if isinstance(page, dict) else {}


STATUS_PAGES: tuple[StatusPage, ...] = (
    StatusPage(
        "/system",
        orthanc,
        {
            "http.title": r"^Orthanc",
            "http.realm": r"^Orthanc",
            "http.location": r"app/explorer\.html|/ui/app/",
        },
        frozenset({8042, 8043}),
    ),
    StatusPage(
        "/api/server/version",
        mirth,
        {"http.title": r"^(?:Mirth|NextGen) Connect", "tls.subject": r"^CN=mirth-connect"},
        accept="text/plain",
        extra="X-Requested-With: riskscan",
    ),
    StatusPage(
        "/xmldata?item=all",
        ilo,
        {
            "http.title": r"^(?:HPE? )?iLO\b",
            "http.server": r"^HPE?-iLO",
            "tls.subject": r"OU=ISS,O=Hewlett",
        },
        accept="*/*",
    ),
    StatusPage("/status", unifi, {"http.title": r"^UniFi", "tls.subject": r"^CN=UniFi,"}),
    StatusPage("/status.php", cloud_storage, {"http.title": r"\b(?:Nextcloud|ownCloud)\b"}),
    StatusPage(
        "/apis/default/fhir/metadata", capability, {"http.title": r"^OpenEMR"}, accept=_FHIR
    ),
    StatusPage(
        "/openmrs/ws/fhir2/R4/metadata",
        capability,
        {"http.title": r"^OpenMRS", "http.location": r"/openmrs\b"},
        accept=_FHIR,
    ),
    StatusPage(
        "/hapi-fhir-jpaserver/fhir/metadata",
        capability,
        {"http.location": r"/hapi-fhir-jpaserver\b"},
        accept=_FHIR,
    ),
    StatusPage(
        "/fhir/metadata",
        capability,
        {"http.title": r"\bFHIR\b", "http.location": r"/fhir\b", "http.api": r"^fhir$"},
        accept=_FHIR,
    ),
)
"""Sources: Orthanc, Mirth Connect, OpenEMR, OpenMRS and HAPI FHIR documentation of these paths;
Nextcloud's and UniFi's own clients; public fingerprint collections for iLO."""
