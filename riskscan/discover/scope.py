"""Targets and exclusions as people type them, made into a ``Scope`` or refused with a hint."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, ip_address, ip_network, summarize_address_range

from riskscan.errors import ScopeError
from riskscan.model import Network, Scope

LARGE = 65_536
"""More addresses than this need ``allow_large``: a sweep of them takes minutes of broadcast."""

LONGEST_RANGE = 4096
"""Longest range ``a-b`` in addresses. Anything wider is a subnet, and should be written as one."""

_HINT = "write an address, a subnet such as 192.168.1.0/24 or a range such as 192.168.1.10-40"
_INSIDE = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8",  # RFC 1918
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",  # RFC 6598
        "169.254.0.0/16",  # RFC 3927
        "127.0.0.0/8",
        "fc00::/7",  # RFC 4193
        "fe80::/10",
        "::1/128",
    )
)
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){2,5}")
_RANGE = re.compile(r"\s*([0-9.]+)\s*-\s*([0-9.]+)\s*")


def parse_scope(
    targets: Sequence[str],
    exclude: Sequence[str] = (),
    *,
    allow_public: bool = False,
    allow_large: bool = False,
) -> Scope:
    """Make a scope of addresses, subnets and ranges.

    ``exclude`` takes the same, and MAC addresses or MAC prefixes of three bytes or more. Raises
    ``ScopeError`` for what is mistyped, public without ``allow_public``, or more than 65,536
    addresses without ``allow_large``. An exclusion that is not understood is an error too: to
    drop it would be to touch what should not be touched.
    """
    if not targets:
        raise ScopeError("no target was given", _HINT)
    include = _networks(targets)
    for network in include:
        _refuse_unusable(network)
        if not allow_public:
            _refuse_public(network)
    scope = Scope(include, *_exclusions(exclude))
    if scope.size > LARGE and not allow_large:
        raise ScopeError(
            f"the targets span {scope.size:,} addresses, more than {LARGE:,}",
            "name smaller subnets, or add --allow-large if all of them are meant",
        )
    return scope


def _exclusions(exclude: Iterable[str]) -> tuple[tuple[Network, ...], tuple[str, ...]]:
    macs: list[str] = []
    rest: list[str] = []
    for text in exclude:
        mac = text.strip().lower().replace("-", ":")
        if _MAC.fullmatch(mac):
            macs.append(mac)
        else:
            rest.append(text)
    return _networks(rest), tuple(dict.fromkeys(macs))


def _networks(texts: Iterable[str]) -> tuple[Network, ...]:
    found: dict[Network, None] = {}
    for text in texts:
        found.update(dict.fromkeys(_parse(text)))
    return tuple(found)


def _parse(text: str) -> list[Network]:
    if match := _RANGE.fullmatch(text):
        return _range(text, *match.groups())
    try:
        # A host's address with the length of its subnet is what people copy from their settings.
        return [ip_network(text.strip(), strict=False)]
    except ValueError:
        raise ScopeError(f"not an address or subnet: {_shown(text)}", _hint_for(text)) from None


def _range(text: str, first_text: str, last_text: str) -> list[Network]:
    if "." not in last_text:
        last_text = first_text.rpartition(".")[0] + "." + last_text
    try:
        first, last = IPv4Address(first_text), IPv4Address(last_text)
    except ValueError:
        raise ScopeError(f"not a range of addresses: {_shown(text)}", _HINT) from None
    if last < first:
        raise ScopeError(f"the range ends before it begins: {_shown(text)}", _HINT)
    if int(last) - int(first) >= LONGEST_RANGE:
        raise ScopeError(
            f"the range is longer than {LONGEST_RANGE:,} addresses: {_shown(text)}",
            "write it as a subnet, such as 10.0.0.0/16",
        )
    return _halves(first, last)


def _halves(first: IPv4Address, last: IPv4Address) -> list[Network]:
    """Cover a range with nothing wider than /31.

    ``Scope.addresses`` leaves out the first and last address of wider networks, and inside a
    range those are hosts like any other.
    """
    return [
        half
        for network in summarize_address_range(first, last)
        for half in (network.subnets(new_prefix=31) if network.prefixlen < 31 else (network,))
    ]


def _refuse_unusable(network: Network) -> None:
    first = network.network_address
    if network.is_multicast or (first.version == 4 and int(first) >> 24 in (0, *range(224, 256))):
        raise ScopeError(f"not a network of hosts: {network}", _HINT)


def _refuse_public(network: Network) -> None:
    if not any(
        network.network_address in inside and network.broadcast_address in inside
        for inside in _INSIDE
    ):
        raise ScopeError(
            f"{network} holds public addresses",
            "scan only networks that you may scan; add --allow-public if these are yours",
        )


def _hint_for(text: str) -> str:
    try:
        ip_address(text.strip().partition("/")[0])
    except ValueError:
        if re.search(r"[a-zA-Z]", text):
            return f"names are not looked up, because they can point anywhere; {_HINT}"
    return _HINT


def _shown(text: str) -> str:
    return repr(text[:60])
