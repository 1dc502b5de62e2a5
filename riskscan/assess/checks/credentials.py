"""Default passwords that a device answers to without being guessed at."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, proof, seen
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

    Why: Anyone on the network can read its settings, neighbours and traffic counts. On some
    devices the factory word for changes works as well.

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
