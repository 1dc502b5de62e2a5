"""Mail services: passwords and letters that can travel readable."""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, if_delicate, ports_of, proof, seen
from riskscan.model import Device, Level, Observation, Result

_POP3_LOGIN = re.compile(r"(?i)(USER\b|SASL\b.*\b(PLAIN|LOGIN)\b)")
_IMAP_LOGIN = re.compile(r"(?i)AUTH=(PLAIN|LOGIN)")
_SMTP_LOGIN = re.compile(r"(?i)AUTH\b.*\b(PLAIN|LOGIN)\b")


@device_check(
    "cleartext.mailbox",
    title="Mailboxes are opened without encryption (POP3, IMAP)",
    severity=Level.MODERATE,
    cites={
        "T09": "Mail and the password of the mailbox cross the network unencrypted.",
        "T08": "Nothing on this connection notices a message that is changed on the way.",
    },
    weakness="mailboxes are opened without encryption (POP3 or IMAP)",
    feeds={"T05": "Someone listening on the network reads the password and the mail."},
    action="Open mailboxes over encrypted connections only",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def mailbox(device: Device, context: Context) -> Verdict | None:
    """What: A mail server on this device lets people fetch their mail (POP3 or IMAP) without
    encryption, or takes their password before encryption begins. No mailbox was opened.

    Why: Mail in a practice holds referrals, results and names. Whoever listens on the network
    reads it, and has the password of the mailbox, which often opens other things too.

    Fix: Turn the unencrypted services off and use IMAP over TLS (port 993) or POP3 over TLS
    (port 995). Where the plain port must stay, refuse logins before encryption (Dovecot:
    ssl = required; Exchange: LoginType SecureLogin).

    Verify: The next scan finds ports 110 and 143 closed, or a server that refuses passwords
    before encryption begins.
    """
    greetings = seen(device, "pop3.greeting") + seen(device, "imap.greeting")
    return _judged(device, greetings, "mailboxes", _mailbox_logins(device), (110, 143))


@device_check(
    "cleartext.smtp",
    title="Mail is handed over without encryption (SMTP)",
    severity=Level.MODERATE,
    cites={
        "T09": "Mail that is sent through this server crosses the network unencrypted.",
        "T08": "Nothing on this connection notices a message that is changed on the way.",
    },
    weakness="mail is taken without encryption (SMTP)",
    feeds={"T05": "Someone listening on the network reads the mail that is sent."},
    action="Send mail over encrypted connections only",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def smtp(device: Device, context: Context) -> Verdict | None:
    """What: A mail server on this device takes mail without offering encryption, or takes
    passwords before encryption begins. No mail was sent.

    Why: Copiers that scan to e-mail and practice programs that send results hand their mail to
    such servers. Whoever listens on the network reads it, and the password of the sender.

    Fix: Give the server a certificate, offer STARTTLS, and take passwords only after it (Postfix:
    smtpd_tls_security_level = may and smtpd_tls_auth_only = yes). Then set copiers and programs to
    use it. Turn the service off where nobody sends mail through it.

    Verify: The next scan finds that the server offers encryption and asks for no password before
    it, or that port 25 is closed.
    """
    logins = [o for o in seen(device, "smtp.extension") if _SMTP_LOGIN.match(o.value)]
    return _judged(device, seen(device, "smtp.greeting"), "mail", logins, (25,))


def _mailbox_logins(device: Device) -> list[Observation]:
    """Return the signs that a password is taken before encryption (RFC 2449 6.3, RFC 3501 11.1)."""
    words = seen(device, "imap.capability")
    refused = {o.port for o in words if o.value.upper() == "LOGINDISABLED"}
    pop3 = [o for o in seen(device, "pop3.capability") if _POP3_LOGIN.match(o.value)]
    plain = [o for o in words if _IMAP_LOGIN.match(o.value)]
    # Where LOGINDISABLED is missing, the LOGIN command is there (RFC 3501 section 6.2.3).
    login = [o for o in seen(device, "imap.greeting") if o.port not in refused]
    asked = {o.port for o in words}
    return pop3 + plain + [o for o in login if o.port in asked]


def _judged(
    device: Device,
    greetings: Iterable[Observation],
    what: str,
    logins: Iterable[Observation],
    ports: tuple[int, ...],
) -> Verdict:
    """Judge servers that begin in clear: by the encryption on offer, then by what precedes it."""
    told = {o.port: o for o in seen(device, "tls.starttls")}
    begun = {o.port for o in greetings}
    without = [o for port, o in told.items() if port in begun and o.value == "missing"]
    offered = [o for port, o in told.items() if port in begun and o.value == "offered"]
    if without:
        text = f"The server for {what} on {ports_of(without)} offers no encryption."
        return Verdict(Result.FAIL, text, proof(without, "STARTTLS is not on offer"))
    ready = {o.port for o in offered}
    early = [o for o in logins if o.port in ready]
    if early:
        text = f"The server for {what} on {ports_of(early)} takes passwords before encryption."
        says = "a password is taken before encryption begins"
        return Verdict(Result.FAIL, text, proof(early, says), severity=Level.LOW)
    if begun - ready:
        port = min(p or 0 for p in begun - ready)
        delicate = if_delicate(device)
        return unknown(f"The server on port {port} did not say if it offers encryption{delicate}.")
    if offered:
        text = f"The server for {what} on {ports_of(offered)} offers encryption first."
        return Verdict(Result.PASS, text, proof(offered, "STARTTLS is on offer"))
    return if_closed(device, ports, f"a server for {what}", probe="greeting")
