"""Speech and pictures that cross the network readable to anyone on it."""

from __future__ import annotations

from riskscan.assess.judgement import Context, Cost, Owner, Verdict, device_check
from riskscan.assess.reading import if_closed, look, open_port, ports_of, proof, seen, when_asked
from riskscan.model import Confidence, Device, DeviceClass, Level, Result

_CAMERAS = {DeviceClass.IP_CAMERA, DeviceClass.NVR_DVR, DeviceClass.VIDEO_CONFERENCING}
_PHONES = {DeviceClass.VOIP_PHONE, DeviceClass.PBX_VOIP_GATEWAY}


@device_check(
    "cleartext.rtsp",
    title="Camera pictures travel without encryption",
    severity=Level.LOW,
    cites={"T09": "Pictures and passwords on this connection are not encrypted."},
    weakness="camera pictures are sent without encryption",
    feeds={"T05": "Someone listening on the network sees who comes and what lies on the desk."},
    action="Encrypt camera pictures, or give cameras a network of their own",
    owner=Owner.IT,
    cost=Cost.SMALL,
)
def rtsp(device: Device, context: Context) -> Verdict | None:
    """What: The device offers its pictures over RTSP without encryption. The scan asked which
    commands there are and opened no picture; whether a password is needed was not tried.

    Why: A camera over a desk, a hallway or an exam room shows patients and sometimes records.
    Whoever listens on the network can watch along.

    Fix: Switch on the encrypted kind (RTSPS, SRTP or HTTPS) on camera and recorder where both
    have it. Otherwise put cameras and recorder into a network segment of their own, and set a
    password on each camera.

    Verify: The next scan no longer reaches RTSP (port 554) from the office network.
    """
    wrapped = {o.port for o in seen(device, "tls.version")}
    spoke = [o for o in seen(device, "rtsp.status") if o.port not in wrapped]
    if spoke:
        text = f"RTSP answers unencrypted on {ports_of(spoke)}."
        return Verdict(Result.FAIL, text, proof(spoke, "answered RTSP without encryption"))
    if look(device, (554,)).open:
        evidence = proof((open_port(554),), "the RTSP port is open")
        text = f"Port 554, the RTSP port, is open{when_asked(device, (554,))}."
        return Verdict(Result.FAIL, text, evidence, Confidence.LOW)
    if device.identity.device_class in _CAMERAS:
        return if_closed(device, (554,), "RTSP", probe="rtsp")
    return None


@device_check(
    "cleartext.sip",
    title="Phone calls are set up without encryption (SIP)",
    severity=Level.LOW,
    cites={"T09": "Who calls whom, and often the speech itself, is not encrypted."},
    weakness="phone calls are set up without encryption",
    feeds={"T05": "Someone listening on the network learns who calls, and can often listen in."},
    action="Encrypt phone calls, or give phones a network of their own",
    owner=Owner.VENDOR,
    cost=Cost.SMALL,
)
def sip(device: Device, context: Context) -> Verdict | None:
    """What: The phone or phone system speaks SIP without encryption. The scan asked what it can
    do; no phone rang and no call was made.

    Why: Names and numbers of callers can be read on the network. Where calls are set up in clear,
    the speech usually is in clear as well: appointments, results, complaints.

    Fix: Ask the phone provider for SIP over TLS with SRTP. Until then put phones into a network
    segment (a voice VLAN) of their own.

    Verify: The provider's statement has been seen, or the next scan meets SIP only over TLS (port
    5061).
    """
    spoke = seen(device, "sip.status")
    if spoke:
        text = f"SIP answers unencrypted on {ports_of(spoke)}."
        return Verdict(Result.FAIL, text, proof(spoke, "answered SIP without encryption"))
    if look(device, (5060,)).open:
        evidence = proof((open_port(5060),), "the SIP port is open")
        text = f"Port 5060, the SIP port, is open{when_asked(device, (5060,))}."
        return Verdict(Result.FAIL, text, evidence, Confidence.MEDIUM)
    if device.identity.device_class in _PHONES:
        return if_closed(device, (5060,), "SIP", protocol="udp", probe="sip")
    return None
