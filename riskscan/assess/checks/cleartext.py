"""Services over which passwords and files travel readable to anyone on the network."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import (
    failed_probe,
    if_closed,
    look,
    open_port,
    ports_of,
    proof,
    seen,
    when_asked,
    why,
)
from riskscan.model import Confidence, Device, Level, Observation, Outcome, Result


@device_check(
    "cleartext.telnet",
    title="A remote login sends passwords unencrypted (Telnet)",
    severity=Level.HIGH,
    cites={
        "T09": "Telnet sends logins and everything else unencrypted.",
        "T08": "Nothing in Telnet notices a change on the way.",
    },
    weakness="remote logins are taken without encryption (Telnet)",
    feeds={"T04": "Someone inside the network reads the password and takes the device over."},
    action="Turn Telnet off",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def telnet(device: Device, context: Context) -> Verdict | None:
    """What: The device offers Telnet, an old way to log in that sends the user name, the password
    and every keystroke readable to anyone on the network.

    Why: Someone with a foothold on the network can read the password and then change settings,
    stop the device or reach what it holds. On a medical device that can disturb care.

    Fix: Turn Telnet off and use SSH instead. If the maker offers nothing else, let only the
    service computer reach the device (a separate network segment with a firewall rule), and ask
    the maker for an update.

    Verify: The next scan finds port 23 closed.
    """
    greetings = seen(device, "telnet.greeting")
    if greetings:
        says = "a Telnet service greeted the scanner"
        return _clear(f"Telnet answers on {ports_of(greetings)}.", greetings, says)
    if not look(device, (23,)).open:
        return if_closed(device, (23,), "Telnet")
    answered = any(
        r.port == 23 and r.outcome is Outcome.ANSWERED for r in device.host.probe_results
    )
    sure = Confidence.MEDIUM if answered else Confidence.LOW
    text = f"Port 23, the Telnet port, is open{when_asked(device, (23,))}."
    return _clear(text, (open_port(23),), "open", sure)


@device_check(
    "cleartext.ftp",
    title="Files and passwords travel unencrypted (FTP)",
    severity=Level.MODERATE,
    cites={
        "T09": "Plain FTP sends passwords and files unencrypted.",
        "T08": "Plain FTP does not notice a file that is changed on the way.",
    },
    weakness="files and passwords can be sent without encryption over FTP",
    feeds={"T05": "Someone listening on the network reads the password and the files."},
    action="Replace FTP with an encrypted transfer",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def ftp(device: Device, context: Context) -> Verdict | None:
    """What: The device offers FTP. Unless it insists on encryption, which a scan does not try
    out, FTP sends passwords and files readable to anyone on the network.

    Why: Images, reports or backups that are moved this way can be read or replaced on their way,
    and the password opens the rest of the files.

    Fix: Turn FTP off if nothing uses it. If something does, move it to SFTP or to FTP that
    refuses unencrypted logins.

    Verify: The next scan finds port 21 closed, or the setting that requires encryption has been
    seen and noted.
    """
    greetings = seen(device, "ftp.greeting")
    if greetings:
        says = "an FTP server greeted the scanner"
        where = ports_of(greetings)
        return _clear(f"FTP answers on {where}.", greetings, says, Confidence.MEDIUM)
    if look(device, (21,)).open:
        text = f"Port 21, the FTP port, is open{when_asked(device, (21,))}."
        return _clear(text, (open_port(21),), "open", Confidence.LOW)
    return if_closed(device, (21,), "FTP")


@device_check(
    "cleartext.http-login",
    title="A web page asks for a password without encryption",
    severity=Level.MODERATE,
    cites={"T09": "The password typed into this page crosses the network unencrypted."},
    weakness="a web login sends passwords without encryption",
    feeds={"T04": "Someone inside the network reads the password and logs in as that person."},
    action="Serve web logins over HTTPS only",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def http_login(device: Device, context: Context) -> Verdict | None:
    """What: A web page of this device shows a password field, and the page is not encrypted
    (http:// instead of https://).

    Why: Whoever listens on the network sees the password of the person who logs in, and can use
    it to open records or change settings.

    Fix: Switch HTTPS on in the device's settings and let the plain page redirect to it, or turn
    the web page off if nobody needs it.

    Verify: The next scan finds no password field on an unencrypted page of this device.
    """
    redirected = {o.port for o in seen(device, "http.location") if o.value.startswith("https:")}
    forms = [
        o
        for o in seen(device, "http.login-form", "true")
        if o.port in _clear_web(device) - redirected
    ]
    if forms:
        where = ports_of(forms)
        return _clear(f"A page on {where} asks for a password unencrypted.", forms, "password box")
    return _web_without(device, "password box")


@device_check(
    "cleartext.http-basic",
    title="A web login sends the password with every page, unencrypted",
    severity=Level.MODERATE,
    cites={"T09": "Basic authentication without TLS sends the password readable each time."},
    weakness="a web service takes passwords without encryption",
    feeds={"T04": "Someone inside the network reads the password and logs in as that person."},
    action="Encrypt web services that ask for a password",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def http_basic(device: Device, context: Context) -> Verdict | None:
    """What: A web service on this device asks the browser for a name and password in the oldest
    way there is ("Basic"), on a connection that is not encrypted.

    Why: The password is sent readable with every single page, so anyone who listens for a moment
    has it.

    Fix: Switch HTTPS on in the device's settings and turn plain HTTP off.

    Verify: The next scan finds no such login on an unencrypted page of this device.
    """
    basic = [o for o in seen(device, "http.auth", "basic") if o.port in _clear_web(device)]
    if basic:
        where = ports_of(basic)
        return _clear(f"The web login on {where} is unencrypted.", basic, "asks for Basic login")
    return _web_without(device, "Basic login")


def _clear(
    summary: str,
    observations: tuple[Observation, ...] | list[Observation],
    says: str,
    confidence: Confidence = Confidence.HIGH,
) -> Verdict:
    return Verdict(Result.FAIL, summary, proof(observations, says), confidence)


def _clear_web(device: Device) -> set[int | None]:
    return {o.port for o in seen(device, "http.tls", "false")}


def _web_without(device: Device, weakness: str) -> Verdict | None:
    """Judge a device whose pages were read and showed no such weakness, or were not read."""
    blind = failed_probe(device, "http")
    if blind is not None:
        return unknown(f"Not every web page could be read: port {blind[0]} {blind[1]}.")
    pages = seen(device, "http.tls")
    port = look(device, (80,))
    if pages and not port.unseen:
        text = f"The front page on {ports_of(pages)} shows no {weakness} in clear."
        return Verdict(Result.PASS, text, proof(pages, "the page was read"))
    if port.closed:
        return None
    return unknown(f"It is not known whether there is a {weakness}: {why(device, 80, 'http')}.")
