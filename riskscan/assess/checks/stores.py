"""Databases, caches and message brokers: who is let in, and whether what passes is encrypted."""

from __future__ import annotations

from collections.abc import Iterable

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, look, ports_of, proof, seen, why
from riskscan.model import Confidence, Device, Level, Observation, Result

_STORES = {6379: "redis", 9200: "http", 11211: "memcached", 27017: "mongodb"}
"""Port to the probe that asks it."""
_SEARCH = ("Elasticsearch", "OpenSearch")
_BROKERS = (1883, 5672)
"""MQTT, which must have been asked before a device counts as free of brokers; AMQP if it was."""


@device_check(
    "exposure.open-data-store",
    title="A data store answers anyone without a password",
    severity=Level.HIGH,
    cites={
        "T07": "The data store does not ask who is calling.",
        "A10": "Access to what it holds was granted to everyone on the network.",
    },
    weakness="a data store answers anyone without a password",
    feeds={"T04": "Anyone inside the network reads, changes or erases what it holds."},
    action="Give data stores a password, and let only their program reach them",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def open_data_store(device: Device, context: Context) -> Verdict | None:
    """What: A store of data on this device (Redis, memcached, MongoDB, Elasticsearch or
    OpenSearch) answered a harmless question without asking for a password. Nothing that it holds
    was read.

    Why: Programs keep sessions, search indexes and copies of records in such stores. Without a
    password anyone on the network can read or erase them; open stores of this kind are emptied
    and held to ransom.

    Fix: Let it listen on its own computer only (Redis and memcached: bind to 127.0.0.1;
    MongoDB: net.bindIp; Elasticsearch: network.host), set a password (Redis: requirepass or ACL;
    MongoDB: security.authorization; Elasticsearch: xpack.security.enabled), and let a firewall
    rule admit the one program that needs it. Ask the maker of the program before changing it.

    Verify: The next scan finds the port closed, or is asked for a password.
    """
    free = seen(device, "redis.auth", "none") + seen(device, "memcached.auth", "none")
    free += seen(device, "mongodb.auth", "none")
    free += _open_search(device)
    if free:
        text = f"A data store on {ports_of(free)} answered without a password."
        return Verdict(Result.FAIL, text, proof(free, "answered a stranger"))
    asks = seen(device, "redis.auth", "required", "refused")
    asks += seen(device, "memcached.auth", "required") + seen(device, "mongodb.auth", "required")
    asks += _guarded_search(device)
    judged = {o.port for o in asks}
    ports = look(device, (p for p in _STORES if p not in judged))
    unclear = (*ports.open, *ports.unseen)
    if unclear:
        reason = why(device, unclear[0], _STORES[unclear[0]])
        return unknown(f"It is not known whether a data store answers anyone: {reason}.")
    if asks:
        text = f"The data store on {ports_of(asks)} turned a stranger away."
        return Verdict(Result.PASS, text, proof(asks, "turned a stranger away"))
    return if_closed(device, _STORES, "a data store")


@device_check(
    "cleartext.database",
    title="A database does not encrypt what it sends",
    severity=Level.MODERATE,
    cites={
        "T09": "Records and passwords cross the network unencrypted.",
        "T08": "Nothing on this connection notices a record that is changed on the way.",
    },
    weakness="a database does not encrypt what it sends",
    feeds={"T05": "Someone listening on the network reads records as they are looked up."},
    action="Encrypt the connections to databases",
    owner=Owner.VENDOR,
    cost=Cost.SMALL,
)
def database_in_clear(device: Device, context: Context) -> Verdict | None:
    """What: A database server on this device said that it cannot encrypt its connections
    (PostgreSQL, Microsoft SQL Server), or, for SQL Server, that it encrypts only the login unless
    a program asks for more. No login was tried.

    Why: Practice programs on the desks talk to the database directly. Every record that is looked
    up then crosses the network readable.

    Fix: Ask the maker of the practice program whether its connections can be encrypted. Then give
    the server a certificate and require it (SQL Server: Force Encryption in Configuration
    Manager; PostgreSQL: ssl = on and hostssl in pg_hba.conf).

    Verify: The next scan is told that encryption is on or required.
    """
    bare = seen(device, "postgres.ssl", "refused")
    bare += seen(device, "mssql.encryption", "not-supported")
    if bare:
        text = f"The database on {ports_of(bare)} cannot encrypt its connections."
        return Verdict(Result.FAIL, text, proof(bare, "refused encryption"))
    partly = seen(device, "mssql.encryption", "off")
    if partly:
        text = f"SQL Server on {ports_of(partly)} encrypts only the login unless it is asked to."
        says = "encryption is not required"
        return Verdict(Result.FAIL, text, proof(partly, says), Confidence.MEDIUM, Level.LOW)
    able = seen(device, "postgres.ssl", "offered") + seen(device, "mssql.encryption")
    if able:
        text = f"The database on {ports_of(able)} can encrypt its connections."
        return Verdict(Result.PASS, text, proof(able, "encryption is on offer"))
    return if_closed(device, (1433, 5432), "a database")


@device_check(
    "exposure.open-broker",
    title="A message broker lets in anyone without a password",
    severity=Level.MODERATE,
    cites={
        "T07": "The broker does not ask who is calling.",
        "T06": "Messages can come from anyone, and look like any other.",
    },
    weakness="a message broker lets in anyone without a password",
    feeds={"T04": "Anyone inside the network reads the messages of devices, or sends false ones."},
    action="Give message brokers a password",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def open_broker(device: Device, context: Context) -> Verdict | None:
    """What: A message broker on this device, which hands messages of devices and programs on
    (MQTT or AMQP), let the scan in without a name or password, or says that it would. Nothing was
    subscribed to and nothing sent.

    Why: Sensors, refrigerators, call buttons and programs report over such brokers. Anyone on the
    network could listen, or send a false reading that someone acts on.

    Fix: Turn anonymous access off and give each device a name and password of its own (Mosquitto:
    allow_anonymous false and password_file; RabbitMQ: take ANONYMOUS from auth_mechanisms, delete
    the user guest).

    Verify: The next scan is turned away by the broker.
    """
    free = seen(device, "mqtt.auth", "none")
    free += tuple(o for o in seen(device, "amqp.sasl") if o.value.upper() == "ANONYMOUS")
    if free:
        text = f"A message broker on {ports_of(free)} lets in anyone."
        return Verdict(Result.FAIL, text, proof(free, "a stranger is let in"))
    odd = seen(device, "mqtt.auth", "refused")
    if odd:
        return unknown(f"The broker on {ports_of(odd)} declined for a reason other than the name.")
    asks = seen(device, "mqtt.auth", "required") + seen(device, "amqp.sasl")
    if asks:
        text = f"The message broker on {ports_of(asks)} wants to know who is calling."
        return Verdict(Result.PASS, text, proof(asks, "a login is required"))
    return if_closed(device, (1883,), "a message broker", probe="mqtt")


@device_check(
    "cleartext.broker",
    title="Messages of devices travel without encryption (MQTT, AMQP)",
    severity=Level.LOW,
    cites={
        "T09": "Messages and passwords sent to this broker are not encrypted.",
        "T08": "Nothing on this connection notices a message that is changed on the way.",
    },
    weakness="messages between devices and programs travel without encryption",
    feeds={"T05": "Someone listening on the network reads the messages and the passwords."},
    action="Encrypt the connections to message brokers",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def broker_in_clear(device: Device, context: Context) -> Verdict | None:
    """What: A message broker on this device, a program that hands on what other devices report
    (MQTT or AMQP), takes connections without encryption.

    Why: Names and passwords of devices, and what they report, are readable to anyone who listens,
    and a reading can be changed on its way. Where sensors or monitors report on patients, that is
    patient data.

    Fix: Open the encrypted port (MQTT 8883, AMQP 5671) with a certificate, move the devices to
    it, then close the plain port or let it listen on the broker's own computer only.

    Verify: The next scan finds ports 1883 and 5672 closed.
    """
    covered = {o.port for o in seen(device, "tls.version")}
    spoke = seen(device, "mqtt.auth") + seen(device, "amqp.sasl") + seen(device, "amqp.product")
    first = {o.port: o for o in reversed(spoke) if o.port not in covered}
    if first:
        text = f"A message broker answers unencrypted on {ports_of(first.values())}."
        return Verdict(Result.FAIL, text, proof(_in_order(first), "answered without encryption"))
    asked = tuple(p for p in _BROKERS if device.host.asked(p) is not None)
    return if_closed(device, sorted({_BROKERS[0], *asked}), "an unencrypted message broker")


def _open_search(device: Device) -> tuple[Observation, ...]:
    """The front page of a search engine names the product only to those who are let in."""
    pages = seen(device, "http.product")
    return tuple(o for o in pages if o.value.startswith(_SEARCH))


def _guarded_search(device: Device) -> tuple[Observation, ...]:
    return tuple(o for o in seen(device, "http.status", "401", "403") if o.port == 9200)


def _in_order(by_port: dict[int | None, Observation]) -> Iterable[Observation]:
    return (by_port[port] for port in sorted(by_port, key=lambda p: p or 0))
