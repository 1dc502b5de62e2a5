"""site.toml: the practice, its networks, who allowed the scan."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from ipaddress import IPv4Address, ip_network, summarize_address_range
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from riskscan.config.quoting import listed, quoted
from riskscan.config.written import Said, Text, parse, place_of, read
from riskscan.errors import ScopeError
from riskscan.model import Address, Consent, Network, PracticeSize, Scope, Site, Zone

_MAC = re.compile(r"[0-9a-f]{2}(:[0-9a-f]{2}){2,5}")
_LONGEST_RANGE = 4096
"""Addresses in the longest range that ``discover.parse_scope`` takes."""


def _named(text: str) -> str:
    """Return an address, a network or a MAC prefix in the one form that is compared later."""
    mac = text.strip().lower().replace("-", ":")
    if _MAC.fullmatch(mac):
        return mac
    try:
        network = ip_network(text.strip(), strict=False)
    except ValueError:
        raise ValueError("is not an address, a network or a MAC prefix of 3 bytes") from None
    return text.strip() if network.version == 4 else str(network)


class _ConsentText(Text):
    given_by: Said
    role: str = ""
    on: date | None = None
    patient_connected: str = ""


class _SiteText(Text):
    practice: Said
    size: PracticeSize = PracticeSize.SMALL
    networks: list[str] = Field(min_length=1)
    exclude: list[str] = Field(default=[])
    gentle: list[Annotated[str, AfterValidator(_named)]] = Field(default=[])
    allow_anonymous: list[Annotated[str, AfterValidator(_named)]] = Field(default=[])
    vantage: str = ""
    zone: Zone | None = None
    assessor: str = ""
    consent: _ConsentText | None = None
    tables: ClassVar[Mapping[str, type[Text]]] = {"consent": _ConsentText}


def load_site(path: Path, *, allow_public: bool = False, allow_large: bool = False) -> Site:
    """Read a site file.

    Raises ConfigError for what is not understood, and ScopeError for networks that may not be
    scanned as they are written.
    """
    text = read(path, "make one with: riskscan init")
    site = parse(path, text, _SiteText)
    return Site(
        practice=site.practice,
        scope=_scope(path, text, site, allow_public=allow_public, allow_large=allow_large),
        size=site.size,
        consent=_consent(site.consent),
        vantage=site.vantage,
        zone=site.zone,
        gentle=tuple(site.gentle),
        allow_anonymous=tuple(site.allow_anonymous),
        assessor=site.assessor,
    )


def _consent(text: _ConsentText | None) -> Consent | None:
    if text is None:
        return None
    return Consent(text.given_by, text.on, text.role, text.patient_connected)


def _scope(
    path: Path, text: str, site: _SiteText, *, allow_public: bool, allow_large: bool
) -> Scope:
    from riskscan.discover import parse_scope

    key = "networks"
    try:
        parse_scope(site.networks, allow_public=allow_public, allow_large=allow_large)
        key = "exclude"
        return parse_scope(
            site.networks, site.exclude, allow_public=allow_public, allow_large=allow_large
        )
    except ScopeError as error:
        place = place_of(path, text, (key,))
        raise ScopeError(f"{place}: {key}: {error.message}", error.hint) from error


SITE_TEMPLATE = """\
# What riskscan knows about the practice. Lines that begin with # are notes for you.

practice = {practice}

# Providers in the practice. small: 1 to 10, medium: 11 to 50, large: more.
size = {size}

# The networks to scan: an address, a network or a range.
# Example: ["192.168.1.0/24", "192.168.2.10-40"]
networks = {networks}

# Never touched: addresses, networks, ranges, MAC addresses, or the first three bytes of a MAC.
# Put here whatever is connected to a patient. Example: ["192.168.1.77", "00:09:fb"]
exclude = {exclude}

# Touched, but always as gently as an infusion pump. The same forms, without ranges.
gentle = {gentle}

# Medical and other delicate devices that may be asked whether they let in a stranger (FTP,
# Windows file sharing, LDAP, MQTT). They are not asked otherwise, and the report says "unknown".
# Named here, each opens up to three sessions that its maker may never have tried: it can stop
# working until someone restarts it, and notes a stranger's visit in its log. Name only what no
# patient depends on today. The same forms as gentle.
allow_anonymous = {allow_anonymous}

# Where the scanning machine is plugged in: "front desk", "server closet".
vantage = {vantage}

# What kind of network that is: "guest", "office", "clinical" or "server". A scan from the guest
# network and one from the office show what each can reach, and what is walled off from it.
{zone}

# Who runs the scan: your name and firm.
assessor = {assessor}

# Who allowed the scan. Do not scan without it.
"""

_CONSENT = """\
[consent]
given_by = {given_by}
role = {role}
{on}
# Which devices are connected to a patient right now, and are they excluded?
patient_connected = {patient_connected}
"""

_NO_CONSENT = """\
# [consent]
# given_by = "Dr. Dana Lake"
# role = "owner"
# on = 2026-11-21
# patient_connected = "none today"
"""


def render_site(site: Site) -> str:
    """Return site.toml with notes for the technician; :func:`load_site` gives the site back."""
    scope = site.scope
    text = SITE_TEMPLATE.format(
        practice=quoted(site.practice),
        size=quoted(site.size.value),
        networks=listed(_typed(scope.include)),
        exclude=listed([*_typed(scope.exclude), *scope.exclude_macs]),
        gentle=listed(site.gentle),
        allow_anonymous=listed(site.allow_anonymous),
        vantage=quoted(site.vantage),
        zone=f"zone = {quoted(site.zone.value)}" if site.zone else '# zone = "office"',
        assessor=quoted(site.assessor),
    )
    return text + (_rendered(site.consent) if site.consent else _NO_CONSENT)


def _rendered(consent: Consent) -> str:
    return _CONSENT.format(
        given_by=quoted(consent.given_by),
        role=quoted(consent.role),
        on=f"on = {consent.on.isoformat()}" if consent.on else "# on = 2026-11-21",
        patient_connected=quoted(consent.patient_connected),
    )


def _typed(networks: Sequence[Network]) -> Iterator[str]:
    """Write networks as a person types them: a run of single addresses as one range."""
    for run in _runs(networks):
        if len(run) > 1 and _pieces(run[0][0], run[-1][-1]) == run:
            yield f"{run[0][0]}-{run[-1][-1]}"
        else:
            yield from (str(n[0]) if n.num_addresses == 1 else str(n) for n in run)


def _runs(networks: Sequence[Network]) -> Iterator[list[Network]]:
    """Split where one network does not begin right after the one before it."""
    run: list[Network] = []
    for network in networks:
        if run and (network.version != 4 or int(network[0]) != int(run[-1][-1]) + 1):
            yield run
            run = []
        run.append(network)
    if run:
        yield run


def _pieces(first: Address, last: Address) -> list[Network]:
    """Return what ``discover.parse_scope`` makes of a range: nothing wider than two addresses."""
    pieces: list[Network] = []
    if isinstance(first, IPv4Address) and isinstance(last, IPv4Address):
        if int(last) - int(first) >= _LONGEST_RANGE:
            return []
        for network in summarize_address_range(first, last):
            pieces += network.subnets(new_prefix=max(31, network.prefixlen))
    return pieces
