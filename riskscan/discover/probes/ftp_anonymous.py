"""Whether an FTP server lets in whoever calls himself anonymous."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault, ProtocolError
from riskscan.discover.probes.codec import ftp
from riskscan.model import Host, Observation, Outcome, Policy

_FTP = 21


class FtpAnonymous:
    """Bytes sent, in order: none until the server has greeted; ``USER anonymous``; if it asks for
    a password, ``PASS`` with an e-mail address that exists nowhere; ``QUIT``; close.

    That is the login which FTP itself defines for strangers (RFC 1635); no password is guessed,
    and one refusal ends it. Nothing is listed, read or written. It comes last and on a connection
    of its own, so that what all others heard can forbid it: only by leave of the site file
    (``allow_anonymous``) to a device that is fragile or shows any sign of clinical work.
    """

    name = "ftp_anonymous"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        """Return the ports that greeted, and port 21 where that was not waited for, for safety."""
        greeted = [o.port for o in host.observations if o.key == "ftp.greeting"]
        unheard = [
            r.port
            for r in host.probe_results
            if (r.probe, r.port) == ("greeting", _FTP) and r.outcome is Outcome.SKIPPED_FOR_SAFETY
        ]
        return tuple(dict.fromkeys(p for p in (*greeted, *unheard) if p is not None))

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        offers_no_tls = any(
            (o.key, o.value, o.port) == ("tls.starttls", "missing", port) for o in host.observations
        )
        with dialer.dial(port) as wire:
            if _reply(wire) != ftp.READY:
                raise ProtocolError("the server takes no one at the moment")
            code, after_password = _introduce(wire)
            said = ftp.verdict(code, after_password=after_password, offers_no_tls=offers_no_tls)
            if said:
                yield Observation.of("ftp.anonymous", said, port, "tcp")
            with suppress(Fault):
                wire.send(ftp.QUIT)
                wire.read()


def _introduce(wire: Wire) -> tuple[int, bool]:
    """Return the last answer to the login, and whether it came after the password."""
    wire.send(ftp.USER)
    code = _reply(wire)
    if code != ftp.NEEDS_PASSWORD:
        return code, False
    wire.send(ftp.PASS)
    return _reply(wire), True


def _reply(wire: Wire) -> int:
    heard = b""
    while (code := ftp.reply_code(heard)) is None:
        more = wire.read()
        if not more:
            raise ProtocolError("the server hung up in the middle of a reply")
        heard += more
    return code
