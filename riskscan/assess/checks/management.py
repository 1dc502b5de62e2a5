"""How devices are managed from afar: SNMP, server management controllers, Windows management."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check, unknown
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Confidence, Device, Level, Result

_IPMI = 623


@device_check(
    "cleartext.snmp",
    title="Monitoring questions and answers are not encrypted (SNMP 1 and 2c)",
    severity=Level.LOW,
    cites={
        "T09": "SNMP 1 and 2c send their password word and all answers unencrypted.",
        "T07": "Whoever overhears the word is taken for the monitoring computer.",
    },
    weakness="monitoring (SNMP 1 or 2c) works without encryption",
    feeds={"T05": "Someone listening on the network picks up the word and uses it."},
    action="Move monitoring to SNMP version 3",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def snmp_in_clear(device: Device, context: Context) -> Verdict | None:
    """What: The device answers version 1 or 2c of SNMP, the protocol of monitoring tools. These
    versions have no encryption; their only password is a word that is sent readable.

    Why: No patient data passes here. But the word can be overheard, and then tells anyone how the
    device is set up, or lets them change it where changes are allowed.

    Fix: Use SNMP version 3 with authentication and privacy, and turn versions 1 and 2c off. Where
    a device knows no version 3, allow only the monitoring computer to ask it.

    Verify: The next scan gets no answer to versions 1 and 2c.
    """
    answered = seen(device, "snmp.version", "1", "2c") or seen(device, "snmp.community")
    if answered:
        versions = sorted({o.value for o in answered if o.key == "snmp.version"})
        named = f"SNMP {' and '.join(versions)}" if versions else "SNMP 1 or 2c"
        text = f"The device answers {named}."
        return Verdict(Result.FAIL, text, proof(answered, "answered without encryption"))
    if seen(device, "snmp.engine"):
        return unknown(
            "The device knows SNMP 3. Older versions may answer to another word, and version 3 to "
            "a user without a password; neither was guessed."
        )
    return if_closed(device, (161,), "SNMP", protocol="udp", probe="snmp")


@device_check(
    "exposure.ipmi",
    title="The remote control of a server can be reached from the network (IPMI)",
    severity=Level.MODERATE,
    cites={
        "T07": "IPMI 2.0 hands a hash of a user's password to whoever asks for it.",
        "A10": "The way to full control of the server stands open to the whole network.",
    },
    weakness="the management controller of a server can be reached from the whole network",
    feeds={"T04": "Someone inside the network takes the server over beneath its own protection."},
    action="Put management controllers on a network of their own",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def ipmi_reachable(device: Device, context: Context) -> Verdict | None:
    """What: The management controller of a server (IPMI, as in iDRAC, iLO or a Supermicro board)
    answered from where the scan looked. Only the question that precedes every login was asked.

    Why: It can switch the server off, read its screen and load another system, whatever protects
    the server itself. The design of IPMI 2.0 gives anyone who reaches it a scrambled form of a
    password (a hash), on which guesses can be tried at leisure (CVE-2013-4786). If patient records
    are on the server, so is the way to them.

    Fix: Turn IPMI over LAN off where nobody uses it (iDRAC: iDRAC Settings, Network, IPMI
    Settings; iLO: Security, Access Settings). Otherwise connect the controller to a management
    network that office computers cannot reach, and give it a long password of its own.

    Verify: The next scan, from the office network, gets no answer on UDP port 623.
    """
    answered = seen(device, "ipmi.version") or seen(device, "ipmi.anonymous")
    if answered:
        versions = sorted({o.value for o in answered if o.key == "ipmi.version"})
        named = f"IPMI {' and '.join(versions)}" if versions else "IPMI"
        text = f"The controller answers {named} where the scan looked from."
        return Verdict(Result.FAIL, text, proof(answered, "answered before any login"))
    return if_closed(device, (_IPMI,), "IPMI", protocol="udp", probe="ipmi")


@device_check(
    "remote.ipmi-weak-login",
    title="The remote control of a server may be used without a proper login (IPMI)",
    severity=Level.HIGH,
    cites={
        "T07": "A login without a name, a password or protection proves nothing.",
        "A15": "A user without a name, as the factory set it up, is still there.",
    },
    weakness="the management controller of a server offers logins that prove nothing",
    feeds={"T04": "Someone inside the network controls the server without knowing a password."},
    action="Close weak logins of management controllers",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def ipmi_login(device: Device, context: Context) -> Verdict | None:
    """What: The management controller of a server says that it accepts logins without a name, or
    ways to log in that protect nothing (type none, a password in clear, MD2). No login was tried.

    Why: Whoever gets in can switch the server off, see its screen and start another system from
    which all stored records can be copied.

    Fix: In the controller's settings remove or rename the user without a name, set a long
    password for each user, and leave only IPMI 2.0 with cipher suite 3 or 17. Better, turn IPMI
    over LAN off.

    Verify: The next scan is told that nameless and unprotected logins are disabled.
    """
    anonymous = seen(device, "ipmi.anonymous", "enabled")
    free = seen(device, "ipmi.authentication", "none")
    if anonymous or free:
        text = "IPMI says that it lets in callers without a password."
        return Verdict(Result.FAIL, text, proof(anonymous + free, "a login without a password"))
    nameless = seen(device, "ipmi.null-user", "enabled")
    if nameless:
        text = "IPMI says that there is a user without a name."
        evidence = proof(nameless, "a user without a name")
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM, Level.MODERATE)
    old = seen(device, "ipmi.authentication", "md2", "straight")
    if old:
        named = " and ".join(sorted({o.value for o in old}))
        says = "a way to log in that protects little"
        text = f"IPMI offers an old way to log in: {named}."
        return Verdict(Result.FAIL, text, proof(old, says), severity=Level.LOW)
    told = seen(device, "ipmi.anonymous", "disabled")
    if told and seen(device, "ipmi.null-user", "disabled"):
        says = "logins without a name are disabled"
        return Verdict(Result.PASS, "IPMI refuses logins without a name.", proof(told, says))
    return if_closed(device, (_IPMI,), "IPMI", protocol="udp", probe="ipmi")


@device_check(
    "remote.winrm-basic",
    title="Windows can be managed with a password sent unencrypted",
    severity=Level.MODERATE,
    cites={"T09": "The password of an administrator crosses the network readable."},
    weakness="Windows Remote Management takes passwords without encryption",
    feeds={"T04": "Someone inside the network reads an administrator's password and uses it."},
    action="Turn Basic login off for Windows Remote Management",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def winrm_basic(device: Device, context: Context) -> Verdict | None:
    """What: Windows Remote Management on this computer offers the Basic login on its unencrypted
    port (5985). No login was tried.

    Why: Those who manage computers have the widest rights. With Basic on this port their password
    is readable to anyone who listens, and with it comes every record on the computer.

    Fix: Set Service\\Basic and Service\\AllowUnencrypted to false by group policy ("Allow Basic
    authentication" and "Allow unencrypted traffic" under WinRM Service). Kerberos and Negotiate
    stay and encrypt by themselves.

    Verify: The next scan is not offered Basic on port 5985.
    """
    offers = [o for o in seen(device, "winrm.auth") if not _over_tls(device, o.port)]
    basic = [o for o in offers if o.value == "basic"]
    if basic:
        text = f"Basic login is on offer on {ports_of(basic)}."
        return Verdict(Result.FAIL, text, proof(basic, "offers Basic without encryption"))
    if offers:
        text = "Windows Remote Management offers no Basic login in clear."
        return Verdict(Result.PASS, text, proof(offers, "a way to log in"))
    return if_closed(device, (5985,), "Windows Remote Management", probe="http_ntlm")


def _over_tls(device: Device, port: int | None) -> bool:
    return any(o.port == port for o in seen(device, "tls.version"))
