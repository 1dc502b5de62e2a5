"""Whether a file server opens a session for a caller without a name."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress

from riskscan.discover.dialer import Dialer, Wire
from riskscan.discover.faults import Fault
from riskscan.discover.probes.codec import smb
from riskscan.discover.probes.smb import exchange
from riskscan.model import Host, Observation, Outcome, Policy

_SMB = 445


class SmbGuest:
    """Bytes sent, in order: one SMB 2 NEGOTIATE that offers all dialects; one SESSION_SETUP with
    the anonymous NTLM NEGOTIATE; one with the anonymous AUTHENTICATE, in which user, password and
    all that is made of them are empty; if a session came about, one LOGOFF; close.

    That is the session which NTLM itself defines for callers without a name (MS-NLMP 3.2.5.1.2).
    No account can be locked by it, since none is named. No share is connected, none is listed. It
    comes last and on a connection of its own, so that what all others heard can forbid it: only by
    leave of the site file (``allow_anonymous``) to a device that is fragile or shows any sign of
    clinical work.
    """

    name = "smb_guest"
    protocol = "tcp"
    policies = frozenset({Policy.NORMAL, Policy.ROBUST})

    def wants(self, host: Host) -> tuple[int, ...]:
        """Return port 445 where a challenge was given: without one there is nothing to answer.

        Where none was asked for, for safety, there may be one.
        """
        challenged = {o.port for o in host.observations if o.key.startswith("ntlm.")}
        unasked = {
            r.port
            for r in host.probe_results
            if r.probe == "smb" and r.outcome is Outcome.SKIPPED_FOR_SAFETY
        }
        return (_SMB,) if _SMB in challenged | unasked else ()

    def ask(self, dialer: Dialer, host: Host, port: int) -> Iterator[Observation]:
        with dialer.dial(port) as wire:
            smb.smb2_facts(exchange(wire, smb.smb2_negotiate()), time.time())
            session = smb.begun_session(exchange(wire, smb.smb2_session_setup()))
            said = smb.session_given(exchange(wire, smb.smb2_anonymous_session(session)))
            yield Observation.of("smb.anonymous-session", said, port, "tcp")
            if said != "refused":
                _log_off(wire, session)


def _log_off(wire: Wire, session: bytes) -> None:
    with suppress(Fault):  # the server forgets the session when the connection ends, too
        exchange(wire, smb.smb2_logoff(session))
