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
    """What: The device offers FTP, an old way to move files. Unless it insists on encryption, which
    a scan does not try out, FTP sends passwords and files readable to anyone on the network.

    Why: Images, reports or backups that are moved this way can be read or replaced on their way,
    and the password opens the rest of the files.

    Fix: Turn FTP off if nothing uses it. If something does, move it to SFTP (file transfer over
    SSH) or to FTP that refuses unencrypted logins.

    Verify: The next scan finds port 21 closed, or the setting that requires encryption has been
    seen and noted.
    """
    greetings = seen(device, "ftp.greeting")
    if greetings:
        return _ftp_greeted(device, greetings)
    if look(device, (21,)).open:
        text = f"Port 21, the FTP port, is open{when_asked(device, (21,))}."
        return _clear(text, (open_port(21),), "open", Confidence.LOW)
    return if_closed(device, (21,), "FTP")


def _ftp_greeted(device: Device, greetings: tuple[Observation, ...]) -> Verdict:
    """Weigh a greeting by what the server said of encryption (AUTH TLS, RFC 4217)."""
    told = {o.port: o for o in seen(device, "tls.starttls")}
    offers = [told[o.port] for o in greetings if o.port in told]
    text, says = f"FTP answers on {ports_of(greetings)}", "an FTP server greeted the scanner"
    evidence = proof(greetings, says) + proof(offers, "whether encryption is on offer")
    if any(o.value == "missing" for o in offers):
        return Verdict(Result.FAIL, f"{text} and offers no encryption.", evidence)
    if len(offers) == len(greetings):
        text += "; it can encrypt, and whether it insists on it was not tried."
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM, Level.LOW)
    return Verdict(Result.FAIL, f"{text}.", evidence, Confidence.MEDIUM)


@device_check(
    "cleartext.r-commands",
    title="Commands are taken without encryption, often without a password (rsh, rlogin, rexec)",
    severity=Level.HIGH,
    cites={
        "T09": "These services send logins, commands and answers unencrypted.",
        "T07": "rsh and rlogin may take the word of the caller's computer for who is calling.",
    },
    weakness="remote commands are taken without encryption (rsh, rlogin or rexec)",
    feeds={"T04": "Someone inside the network runs commands on the device as a trusted user."},
    action="Turn off the old remote commands (rsh, rlogin, rexec)",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def r_commands(device: Device, context: Context) -> Verdict | None:
    """What: A port of the remote commands of the 1980s is open: rexec (512), rlogin (513) or rsh
    (514). Nothing was sent to it. Port 514 alone may also be a collector of log messages.

    Why: These services trust the name or address of the calling computer and encrypt nothing.
    Someone inside the network can run commands, change what the device does, or read its files.

    Fix: Turn the services off and use SSH. On printers switch off "rsh/rcp printing"; on old Unix
    systems take them out of inetd or xinetd. If a maker needs them, let only its computer reach
    the ports.

    Verify: The next scan finds ports 512, 513 and 514 closed.
    """
    ports = look(device, (512, 513, 514)).open
    if not ports:
        return if_closed(device, (512, 513, 514), "remote command service")
    named = [o for o in seen(device, "nmap.service", "exec", "login", "shell") if o.port in ports]
    evidence = proof((open_port(p) for p in ports), "open") + proof(named, "nmap knows it")
    sure = Confidence.HIGH if named else Confidence.MEDIUM
    if not named and ports == (514,):
        sure = Confidence.LOW
    listed = " and ".join(str(p) for p in ports)
    text = f"Open port of a remote command service: {listed}{when_asked(device, ports)}."
    return Verdict(Result.FAIL, text, evidence, sure)


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
    has it, and can then do on the device whatever its owner can: read what it stores, or change
    where it sends it.

    Fix: Switch HTTPS on in the device's settings and turn plain HTTP off.

    Verify: The next scan finds no such login on an unencrypted page of this device.
    """
    basic = [o for o in seen(device, "http.auth", "basic") if o.port in _clear_web(device)]
    if basic:
        where = ports_of(basic)
        return _clear(f"The web login on {where} is unencrypted.", basic, "asks for Basic login")
    return _web_without(device, "Basic login")


@device_check(
    "cleartext.http-digest",
    title="A web login on an unencrypted page is only thinly protected (Digest)",
    severity=Level.LOW,
    cites={"T09": "What is read after the login, and a hash of the password, are not encrypted."},
    weakness="a web service protects its login by a hash and nothing else",
    feeds={"T05": "Someone listening on the network tries out passwords against what was heard."},
    action="Encrypt web services that ask for a password",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def http_digest(device: Device, context: Context) -> Verdict | None:
    """What: A web service on this device asks for a name and password in the "Digest" way, on a
    connection that is not encrypted.

    Why: The password itself is not sent, but what is sent lets someone who listens try out
    passwords at leisure, and everything on the pages is readable.

    Fix: Switch HTTPS on in the device's settings and turn plain HTTP off. Until then give the
    device a long password that is used nowhere else.

    Verify: The next scan finds no login on an unencrypted page of this device.
    """
    worse = {o.port for o in seen(device, "http.auth", "basic")}
    clear = _clear_web(device) - worse
    digest = [o for o in seen(device, "http.auth", "digest") if o.port in clear]
    if digest:
        where = ports_of(digest)
        return _clear(f"The web login on {where} is unencrypted.", digest, "asks for Digest login")
    return _web_without(device, "Digest login")


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
