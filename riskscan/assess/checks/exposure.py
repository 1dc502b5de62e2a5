"""Services that the whole network can reach although only a few computers need them."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, look, open_port, proof, seen, when_asked
from riskscan.model import Confidence, Device, Level, Observation, Result

DATABASES: dict[int, str] = {
    1433: "Microsoft SQL Server",
    1521: "Oracle",
    1972: "InterSystems",
    2638: "SQL Anywhere",
    3050: "Firebird",
    3306: "MySQL or MariaDB",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    9200: "Elasticsearch or OpenSearch",
    11211: "memcached",
    27017: "MongoDB",
}
"""Registered port to product (IANA service names; 9200 and 27017 by their makers' manuals)."""

_GREETINGS = (
    "mysql.version",
    "postgres.ssl",
    "mssql.version",
    "redis.auth",
    "memcached.auth",
    "mongodb.wire-version",
)
_SPEAKS_HTTP = ("Elasticsearch", "OpenSearch", "CouchDB")

_COMMON = (1433, 3306, 5432)
"""What must have been asked at least, before a device counts as free of databases."""


@device_check(
    "exposure.database",
    title="A database can be reached from the network",
    severity=Level.MODERATE,
    cites={"A10": "Anyone on the network can reach the door of the database directly."},
    weakness="a database accepts connections from the whole network",
    feeds={"T04": "Someone inside the network tries passwords or flaws on the database itself."},
    action="Close databases to all but the computers that need them",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def database(device: Device, context: Context) -> Verdict | None:
    """What: A database or search engine on this device accepts connections from the office
    network. Normally only the program that owns it needs to talk to it.

    Why: Databases of health record and practice programs hold all patients at once. A direct way
    to them passes by every rule that the program itself enforces.

    Fix: Let the database listen on its own computer only, or let the firewall admit only the
    application server. Ask the maker of the program before changing it.

    Verify: The next scan finds the database port closed.
    """
    spoke = _spoke(device)
    ports = look(device, DATABASES)
    if spoke or ports.open:
        numbers = sorted({o.port for o in spoke if o.port is not None} | set(ports.open))
        names = ", ".join(f"{DATABASES.get(n, 'database')} (port {n})" for n in numbers)
        evidence = proof(spoke, "a database greeted the scanner")
        evidence += proof((open_port(n) for n in ports.open), "open database port")
        sure = Confidence.HIGH if spoke else Confidence.LOW
        text = f"Reachable: {names}{when_asked(device, ports.open)}."
        return Verdict(Result.FAIL, text, evidence, sure)
    asked = tuple(p for p in DATABASES if device.host.asked(p) is not None)
    return if_closed(device, sorted({*_COMMON, *asked}), "a database")


def _spoke(device: Device) -> tuple[Observation, ...]:
    """Return what databases said of themselves; search engines name themselves over HTTP."""
    told = tuple(o for key in _GREETINGS for o in seen(device, key))
    return told + tuple(o for o in seen(device, "http.product") if o.value.startswith(_SPEAKS_HTTP))


@device_check(
    "exposure.raw-print",
    title="A printer takes print jobs from anyone",
    severity=Level.LOW,
    cites={"T07": "The port takes jobs and commands without asking who sends them."},
    weakness="print jobs and commands are accepted without a password",
    feeds={"T10": "A misdirected or malicious job prints, or changes settings, unnoticed."},
    action="Limit who may print directly",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def raw_print(device: Device, context: Context) -> Verdict | None:
    """What: The raw printing port (9100) is open to the whole network. Nothing was sent to it.

    Why: Whoever reaches the port can print, and on many printers read stored jobs or change
    settings, without a password. Printed and stored jobs often hold patient data.

    Fix: If a print server is used, let the printer accept jobs from it alone. Set an
    administrator password on the printer and keep its software up to date.

    Verify: The next scan can no longer reach port 9100, or the restriction has been noted.
    """
    if look(device, (9100,)).open:
        evidence = proof((open_port(9100),), "the raw printing port is open")
        text = f"Port 9100 is open{when_asked(device, (9100,))}."
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM)
    return if_closed(device, (9100,), "raw printing")
