"""Logins that a device grants to everyone: default passwords, and names that stand for nobody."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, ports_of, proof, seen
from riskscan.model import Device, Level, Result


@device_check(
    "snmp.default-community",
    title="A device answers to the factory password for monitoring (SNMP)",
    severity=Level.MODERATE,
    cites={
        "T07": "Anyone who knows the factory word is let in.",
        "A15": "A factory password is still in use.",
    },
    weakness="the factory password for monitoring (SNMP) is still answered",
    feeds={"T04": "Anyone on the network reads how the device is set up, which helps an attack."},
    action="Change the factory password for monitoring, or turn it off",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def default_community(device: Device, context: Context) -> Verdict | None:
    """What: The device answered a monitoring question (SNMP) that used the password word it left
    the factory with. Reading was tried; changing was not.

    Why: No patient data passes here. But anyone on the network can read the device's settings,
    neighbors and traffic counts, and plan with them. On some devices the factory word for changes
    works as well.

    Fix: Turn SNMP off where nobody uses it. Otherwise use SNMP version 3 with a password of your
    own, or at least change the word and allow only the monitoring computer.

    Verify: The next scan gets no answer to the factory word.
    """
    answered = seen(device, "snmp.community")
    if answered:
        word = answered[0].value
        says = "answered a read of its system description"
        text = f"The device answers SNMP with the factory word “{word}”."
        return Verdict(Result.FAIL, text, proof(answered, says))
    return if_closed(device, (161,), "SNMP", protocol="udp", probe="snmp")


@device_check(
    "credentials.ftp-anonymous",
    title="Anyone may log in to the file transfer service (anonymous FTP)",
    severity=Level.HIGH,
    cites={
        "T07": "The server lets in callers who do not say who they are.",
        "A10": "Access to these files was granted to everyone on the network.",
    },
    weakness="anyone may log in to the file transfer service (anonymous FTP)",
    feeds={"T04": "Anyone inside the network logs in and takes, and perhaps leaves, files."},
    action="Turn off anonymous login to the file transfer service (FTP)",
    owner=Owner.IT,
    cost=Cost.NONE,
)
def ftp_anonymous(device: Device, context: Context) -> Verdict | None:
    """What: The file transfer service (FTP) let the scanner in under the name "anonymous", which
    FTP keeps for people without an account. The scanner left at once: no folder was listed, no
    file was read, so what lies there is not known.

    Why: Scans, images, reports and backups are often dropped on such a service. Whatever is there
    can be read by anyone on the network, and sometimes replaced or deleted.

    Fix: Turn anonymous login off (vsftpd: anonymous_enable=NO; IIS: Anonymous Authentication
    disabled; Synology, QNAP: clear "Enable anonymous FTP"). Then look at what lies there: if
    it holds patient data, that is an incident to be assessed. Turn FTP off if nothing uses it.

    Verify: The next scan finds that the name "anonymous" is refused, or port 21 closed.
    """
    let_in = seen(device, "ftp.anonymous", "accepted")
    if let_in:
        text = f"The name “anonymous” was let in on {ports_of(let_in)}."
        return Verdict(Result.FAIL, text, proof(let_in, "the login was accepted"))
    refused = seen(device, "ftp.anonymous", "refused")
    if refused:
        text = "The name “anonymous” was refused."
        return Verdict(Result.PASS, text, proof(refused, "the login was refused"))
    return if_closed(device, (21,), "FTP without an account", probe="ftp_anonymous")
