"""The judgements: one file per topic, one function per check, all of them listed here.

To add one: write a function with ``@device_check`` (or ``@network_check``) in the file of its
topic, add its line to :data:`CHECKS`, and name it in the checklist under each control it cites.
Three rules hold for each. It *fails* only with evidence. It *passes* only where it was able to
see the weakness. Everything else is *unknown*, with the reason in words.
"""

from __future__ import annotations

from riskscan.assess.checks import (
    addressing,
    announcing,
    baseline,
    cleartext,
    clinical,
    credentials,
    encryption,
    exposure,
    interfaces,
    inventory,
    known_exploited,
    lifecycle,
    machines,
    remote,
    segmentation,
    sharing,
    support,
    voice_video,
)
from riskscan.assess.judgement import Judgement

CHECKS: dict[str, Judgement] = {
    "cleartext.dicom": clinical.dicom,
    "cleartext.ftp": cleartext.ftp,
    "cleartext.hl7": clinical.hl7,
    "cleartext.http-basic": cleartext.http_basic,
    "cleartext.http-login": cleartext.http_login,
    "cleartext.rtsp": voice_video.rtsp,
    "cleartext.sip": voice_video.sip,
    "cleartext.telnet": cleartext.telnet,
    "dicom.any-ae": clinical.any_ae,
    "dicom.any-called-ae": clinical.any_called_ae,
    "dicom.web-open": interfaces.dicom_web_open,
    "exposure.bed-location": announcing.bed_location,
    "exposure.building-control": machines.building_control,
    "exposure.database": exposure.database,
    "exposure.names-announced": announcing.names_announced,
    "exposure.raw-print": exposure.raw_print,
    "exposure.serial-device-server": machines.serial_device_server,
    "exposure.upnp": announcing.upnp,
    "fhir.no-login-declared": interfaces.fhir_no_login,
    "inventory.accepts-every-port": addressing.accepts_every_port,
    "inventory.duplicate-address": inventory.duplicate_address,
    "inventory.private-mac": inventory.private_mac,
    "inventory.unexpected-port": baseline.unexpected_port,
    "inventory.unidentified": inventory.unidentified,
    "lifecycle.end-of-support": lifecycle.end_of_support,
    "lifecycle.known-exploited": known_exploited.known_exploited,
    "network.flat": segmentation.flat,
    "network.management-with-users": segmentation.management_with_users,
    "network.second-dhcp-server": addressing.second_dhcp_server,
    "remote.rdp-without-nla": remote.rdp_without_nla,
    "remote.ssh-old": remote.ssh_old,
    "remote.support-agent": support.support_agent,
    "remote.vnc-without-authentication": remote.vnc_without_authentication,
    "smb.signing-not-required": sharing.signing_not_required,
    "smb.version-1": sharing.version_1,
    "snmp.default-community": credentials.default_community,
    "tls.certificate-expired": encryption.certificate_expired,
    "tls.certificate-self-signed": encryption.certificate_self_signed,
    "tls.old-version": encryption.old_version,
    "tls.weak-key": encryption.weak_key,
}
"""Check id to judgement. Ids are stored: they are retired, never re-used."""
