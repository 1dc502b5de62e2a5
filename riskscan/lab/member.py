"""The life of one host: get a network of its own, open its ports, answer how it fared."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from multiprocessing.connection import Connection

from riskscan.errors import RiskscanError
from riskscan.lab import tarpit, wiring
from riskscan.lab.host import Counts, LabHost
from riskscan.lab.meter import Meter, frames_received
from riskscan.lab.namespaces import CLONE_NEWNET, end_with_parent, unshare
from riskscan.lab.servers import unasked
from riskscan.lab.servers.server import Ledger

READY, WIRED, UP, COUNT = "ready", "wired", "up", "count"
"""What holder and host say to each other: I have a network; it has cables; I serve; counts?"""


def live(host: LabHost, gateway: str | None, holder: Connection) -> None:
    """Be this host until the holder hangs up. Never returns."""
    try:
        end_with_parent(signal.SIGKILL)
        unshare(CLONE_NEWNET)
        holder.send(READY)
        if holder.recv() != WIRED:
            os._exit(1)
        meter, ledger = Meter(host.addresses), Ledger()
        _settle(host, gateway, meter, ledger)
        holder.send(UP)
        _answer(holder, meter, ledger)
    except EOFError:
        os._exit(0)
    except RiskscanError as error:
        holder.send(error)
    except Exception as error:  # told to the holder: this process has no other voice
        holder.send(RiskscanError(f"the lab could not be built: {host.name}: {error}"))
    os._exit(1)


def _settle(host: LabHost, gateway: str | None, meter: Meter, ledger: Ledger) -> None:
    # pynetdicom tells the whole story of each association; nobody listens here.
    logging.disable(logging.CRITICAL)
    wiring.settle(wiring.host_settings(host))
    wiring.batch("ip", wiring.host_lines(host, gateway))
    meter.start()
    if host.tarpit:
        tarpit.start(host, ledger)
    for server in host.servers:
        server.start(ledger)
    unasked.start(host.announces, host.mac, host.address, ledger)
    if host.moves_to:
        move = (host.address, host.moves_to, meter, ledger)
        threading.Thread(target=_move, args=move, daemon=True).start()


def _move(old: str, new: str, meter: Meter, ledger: Ledger) -> None:
    """Take another address as soon as a port is asked."""
    while not meter.syns:
        time.sleep(0.05)
    try:
        wiring.batch("ip", wiring.moving_lines(old, new))
    except RiskscanError as error:
        ledger.fault("move", error)


def _answer(holder: Connection, meter: Meter, ledger: Ledger) -> None:
    while True:
        if holder.recv() == COUNT:
            holder.send(_counts(meter, ledger))


def _counts(meter: Meter, ledger: Ledger) -> Counts:
    return Counts(
        packets_received=frames_received(),
        unicast=meter.unicast,
        frames=dict(meter.frames),
        octets=dict(meter.octets),
        peak=meter.peak,
        syns=dict(meter.syns),
        datagrams=dict(meter.datagrams),
        bytes_received=dict(meter.payload),
        first_bytes=dict(meter.first),
        malformed=meter.malformed,
        connections=dict(ledger.connections),
        at_once=ledger.at_once,
        faults=(*ledger.faults, *meter.faults),
    )
