"""Lakeside Family Clinic: the one table of what is built and what is true.

To add a host, add an entry. A weakness stands here if and only if the servers beside it show it:
a finding that is not in the table is a false one. MAC prefixes are those of the IEEE registry.
"""

from __future__ import annotations

import ssl
from dataclasses import replace

from riskscan.lab.host import LabHost
from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.database import MySql, Postgres
from riskscan.lab.servers.desktop import Rdp, Vnc
from riskscan.lab.servers.dicom import ARCHIVE_CONTEXTS, DEVICE_CONTEXTS, Dicom
from riskscan.lab.servers.dns import DnsTcp, DnsUdp
from riskscan.lab.servers.ftp import Ftp
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.ipp import Ipp
from riskscan.lab.servers.silent import Mllp, RawPrint
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.snmp import Snmp
from riskscan.lab.servers.text import Rtsp, Ssh, Telnet
from riskscan.lab.servers.tls import Tls
from riskscan.model import DeviceClass

CLINIC_NETWORKS: tuple[str, ...] = ("192.168.50.0/24", "192.168.60.0/24")
"""The segment of the scanner, and one that is reached through the router."""

NETWORK_WEAKNESSES: tuple[str, ...] = ("network.flat",)
"""True of the network as a whole: imaging, pumps, desks and a tablet share one segment."""


SCANNER = LabHost(
    name="scanner",
    address="192.168.50.10",
    mac="3c:97:0e:5a:10:10",
    device_class=DeviceClass.LAPTOP,
    vendor="Wistron InfoComm",
    what="the technician's laptop, from which the scan looks; no part of the clinic",
    plausible=("inventory.unidentified",),  # it offers nothing to itself
)

_NETWORK_GEAR = (
    LabHost(
        name="gateway",
        address="192.168.50.1",
        mac="04:d5:90:12:34:01",
        far_address="192.168.60.1",
        far_mac="04:d5:90:12:34:02",
        device_class=DeviceClass.ROUTER_FIREWALL,
        vendor="Fortinet",
        what="firewall and router between the clinic and its billing office",
        ttl=255,
        servers=(
            Http(
                port=443,
                title="FortiGate",
                server="xxxxxxxx-xxxxx",
                login=True,
                tls=Tls(name="FGT60FTK20019284", organization="Fortinet", self_signed=True),
            ),
            DnsTcp(),
            DnsUdp(),
        ),
        weaknesses=("tls.certificate-self-signed",),  # the certificate it left the factory with
    ),
    LabHost(
        name="switch",
        address="192.168.50.2",
        mac="00:1b:54:9a:20:40",
        device_class=DeviceClass.SWITCH,
        vendor="Cisco",
        what="24-port switch in the server closet",
        ttl=255,
        servers=(
            Ssh(port=22, banner="SSH-2.0-Cisco-1.25"),
            Snmp(
                description=(
                    "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), "
                    "Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)"
                ),
                object_id="1.3.6.1.4.1.9.1.716",
                name="lakeside-sw1",
            ),
        ),
        weaknesses=("snmp.default-community",),  # public
        plausible=("lifecycle.end-of-support",),  # IOS 15.0, if a table knows its date
    ),
    LabHost(
        name="access-point",
        address="192.168.50.3",
        mac="04:18:d6:3c:77:01",
        device_class=DeviceClass.WIRELESS_AP,
        vendor="Ubiquiti",
        what="Wi-Fi access point in the waiting room",
        servers=(
            Ssh(port=22, banner="SSH-2.0-dropbear_2022.83"),
            Http(
                port=443,
                title="UniFi AP",
                login=True,
                tls=Tls(
                    name="UBNT-04:18:D6:3C:77:01",
                    organization="Ubiquiti Networks Inc.",
                    self_signed=True,
                    rsa_bits=1024,
                ),
            ),
        ),
        # self-signed by the maker's firmware; RSA 1024
        weaknesses=("tls.certificate-self-signed", "tls.weak-key"),
    ),
)

_DESKS = (
    LabHost(
        name="front-desk",
        address="192.168.50.11",
        mac="b0:83:fe:41:0c:11",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="old Windows PC at the front desk",
        ttl=128,
        servers=(
            Rdp(nla=False),
            Smb(newest=0x0210, signing_required=False, version_1=True),
        ),
        # RDP chooses TLS without CredSSP; NT LM 0.12 is accepted; signing is enabled, not required
        weaknesses=(
            "remote.rdp-without-nla",
            "smb.version-1",
            "smb.signing-not-required",
        ),
        plausible=("lifecycle.end-of-support",),  # SMB 2.1 at most: Windows 7 or 2008 R2
    ),
    LabHost(
        name="manager-pc",
        address="192.168.50.12",
        mac="18:db:f2:41:0c:12",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="the practice manager's PC, current and with its firewall on",
        ttl=128,
        servers=(Rdp(nla=True), Smb(newest=0x0311, signing_required=True)),
        answers_ping=False,
        drops_closed=True,
    ),
    LabHost(
        name="lab-pc",
        address="192.168.50.44",
        mac="98:fa:9b:07:22:44",
        device_class=DeviceClass.WORKSTATION,
        vendor="LCFC (Lenovo)",
        what="PC beside the laboratory bench, with a remote desktop for its vendor",
        ttl=128,
        servers=(Vnc(),),
        weaknesses=("remote.vnc-without-authentication",),  # security type 1, none
    ),
    LabHost(
        name="desk-phone",
        address="192.168.50.42",
        mac="64:16:7f:0d:30:42",
        device_class=DeviceClass.VOIP_PHONE,
        vendor="Polycom",
        what="desk phone that answers ARP and nothing else",
        ipv6=False,
        answers_ping=False,
        drops_closed=True,
    ),
    LabHost(
        name="tablet",
        address="192.168.50.46",
        mac="9a:5e:21:c4:08:46",  # second hex digit a: locally administered, as phones randomise
        device_class=DeviceClass.MOBILE,
        vendor="",
        what="somebody's tablet with a private Wi-Fi address",
        plausible=("inventory.unidentified",),
    ),
    LabHost(
        name="mystery",
        address="192.168.50.47",
        mac="00:15:17:6b:f0:47",
        device_class=DeviceClass.UNKNOWN,
        vendor="Intel",
        what="a box that nobody remembers: an Intel network card, no open port",
        weaknesses=("inventory.unidentified",),  # nothing it shows says what it is
    ),
    LabHost(
        name="decoy",
        address="192.168.50.48",
        mac="00:15:17:6b:f0:48",
        device_class=DeviceClass.UNKNOWN,
        vendor="Intel",
        what="a box that accepts on every port: a decoy, or a firewall that answers for another",
        tarpit=True,
        ipv6=False,
        weaknesses=("inventory.unidentified",),  # what answers everything says nothing
    ),
)

_MEDICAL = (
    LabHost(
        name="pacs",
        address="192.168.50.20",
        mac="0c:c4:7a:88:31:20",
        device_class=DeviceClass.PACS_ARCHIVE,
        vendor="Super Micro",
        what="image archive that takes an association from anybody",
        servers=(
            Dicom(
                port=11112,
                title="LAKESIDE",
                contexts=ARCHIVE_CONTEXTS,
                implementation_uid="1.2.276.0.7230010.3.0.3.6.8",
                implementation_version="OFFIS_DCMTK_368",
            ),
            Http(
                port=8042,
                title="Orthanc Explorer",
                server="Mongoose",
                pages=(
                    (
                        "/system",
                        "application/json",
                        '{"ApiVersion": 27, "DicomAet": "LAKESIDE", "DicomPort": 11112,'
                        ' "Name": "Orthanc", "Version": "1.12.10"}',
                    ),
                    ("/patients?expand", "application/json", f'["{PATIENT_NAMES[3]}"]'),
                ),
            ),
        ),
        # an unknown calling AE and a wrong called AE are accepted; there is no TLS
        weaknesses=("dicom.any-ae", "cleartext.dicom"),
    ),
    LabHost(
        name="ultrasound",
        address="192.168.50.21",
        mac="00:08:fb:21:6e:21",
        device_class=DeviceClass.IMAGING_MODALITY,
        vendor="SonoSite",
        what="ultrasound that insists on being called by its AE title",
        servers=(
            Dicom(
                port=104,
                title="SONO1",
                contexts=DEVICE_CONTEXTS,
                implementation_uid="1.2.840.114340.3.1",
                implementation_version="SONO_1",
                checks_called_title=True,
            ),
        ),
        weaknesses=("cleartext.dicom",),  # it rejects, but it speaks without TLS
    ),
    LabHost(
        name="x-ray",
        address="192.168.50.22",
        mac="88:b4:36:50:0d:22",
        device_class=DeviceClass.IMAGING_MODALITY,
        vendor="FUJIFILM",
        what="computed radiography console: echo and storage commitment only",
        ipv6=False,
        servers=(
            Dicom(
                port=104,
                title="CR1",
                contexts=DEVICE_CONTEXTS,
                implementation_uid="1.2.392.200036.9125.1",
                implementation_version="CR_CONSOLE_1",
            ),
        ),
        weaknesses=("dicom.any-ae", "cleartext.dicom"),
    ),
    LabHost(
        name="analyzer",
        address="192.168.50.23",
        mac="70:b3:d5:53:f0:23",  # 70B3D553F is a 36-bit block
        device_class=DeviceClass.LAB_ANALYZER,
        vendor="Abbott Diagnostics Technologies AS",
        what="chemistry analyzer with a service terminal and a folder of results",
        servers=(
            Ftp(port=21, greeting="Analyzer results service ready", anonymous=True),
            Telnet(port=23, greeting="Analyzer service terminal"),
        ),
        weaknesses=("cleartext.telnet",),
        plausible=("cleartext.ftp",),  # true, but a careful scanner does not ask for it here
    ),
    LabHost(
        name="vaccine-fridge",
        address="192.168.50.24",
        mac="6c:47:80:5a:10:24",  # 6C47805 is a 28-bit block
        device_class=DeviceClass.ENV_TEMP_MONITOR,
        vendor="Monnit Corporation",
        what="temperature gateway of the vaccine refrigerator",
        ipv6=False,
        servers=(Http(port=80, title="Monnit Ethernet Gateway"),),
    ),
    LabHost(
        name="pump",
        address="192.168.50.25",
        mac="00:1a:01:7c:00:25",
        device_class=DeviceClass.INFUSION_PUMP,
        vendor="ICU Medical",
        what="infusion pump: no open port, no answer to anything but ARP",
        ipv6=False,
        answers_ping=False,
        drops_closed=True,
    ),
    LabHost(
        name="monitor",
        address="192.168.50.26",
        mac="38:0b:26:03:91:26",
        device_class=DeviceClass.PATIENT_MONITOR,
        vendor="Mindray",
        what="patient monitor: answers ping, drops the rest",
        drops_closed=True,
    ),
)

_MIRTH = Http(
    port=8443, title="Mirth Connect Administrator", tls=Tls(name="mirth-connect", expired=True)
)

_SERVERS = (
    LabHost(
        name="ehr",
        address="192.168.50.30",
        mac="d4:be:d9:aa:04:30",
        device_class=DeviceClass.EHR_PM_SERVER,
        vendor="Dell",
        what="health record server: still offers TLS 1.0, database open to all desks",
        servers=(
            Http(port=80, server="Apache", redirect="https://ehr.lakeside.example/"),
            Http(
                port=443,
                title="OpenEMR Login",
                server="Apache",
                login=True,
                tls=Tls(
                    name="ehr.lakeside.example",
                    organization="Lakeside Family Clinic",
                    rsa_bits=2048,
                    oldest=ssl.TLSVersion.TLSv1,
                ),
            ),
            MySql(version="5.7.33-log"),
        ),
        # TLS 1.0 is accepted; MySQL answers; MySQL 5.7 ended on 2023-10-31
        weaknesses=("tls.old-version", "exposure.database", "lifecycle.end-of-support"),
    ),
    LabHost(
        name="interface-engine",
        address="192.168.50.31",
        mac="00:15:5d:32:01:31",
        device_class=DeviceClass.INTERFACE_ENGINE,
        vendor="Microsoft",
        what="HL7 interface engine on a virtual machine",
        ttl=128,
        servers=(
            Mllp(port=2575),
            # The administrator page under its own port, and under the one that people type.
            _MIRTH,
            replace(_MIRTH, port=443),
        ),
        weaknesses=("cleartext.hl7", "tls.certificate-expired"),
    ),
    LabHost(
        name="old-server",
        address="192.168.50.32",
        mac="3c:d9:2b:0e:55:32",
        device_class=DeviceClass.SERVER,
        vendor="Hewlett Packard",
        what="server of the former billing system, never switched off",
        servers=(
            Ftp(port=21, greeting="FTP server ready"),
            Ssh(port=22, banner="SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2"),
            Http(port=80, server="Apache/2.4.38 (Debian)", realm="Billing archive"),
            Postgres(),
        ),
        # Debian 10 ended on 2022-09-10 (LTS 2024-06-30); FTP without TLS; Basic over HTTP;
        # PostgreSQL answers
        weaknesses=(
            "lifecycle.end-of-support",
            "cleartext.ftp",
            "cleartext.http-basic",
            "exposure.database",
        ),
    ),
    LabHost(
        name="vault",
        address="192.168.50.33",
        mac="94:57:a5:6f:21:33",
        device_class=DeviceClass.SERVER,
        vendor="Hewlett Packard",
        what="backup server as it should be: nothing here is wrong",
        servers=(
            Ssh(port=22, banner="SSH-2.0-OpenSSH_10.0p2 Debian-7"),
            Http(
                port=443,
                title="Backup vault",
                server="nginx",
                login=True,
                tls=Tls(name="vault.lakeside.example", organization="Lakeside Family Clinic"),
            ),
        ),
    ),
)

_THINGS = (
    LabHost(
        name="printer",
        address="192.168.50.40",
        mac="a0:d3:c1:19:e2:40",
        device_class=DeviceClass.PRINTER_MFP,
        vendor="Hewlett Packard",
        what="printer and copier behind the front desk",
        servers=(
            Http(
                port=80,
                title="HP LaserJet MFP M528",
                server="HP HTTP Server; HP LaserJet MFP M528 - 1PV64A",
            ),
            Ipp(port=631, model="HP LaserJet MFP M528"),
            RawPrint(port=9100),
            Snmp(
                description="HP ETHERNET MULTI-ENVIRONMENT,ROM none,JETDIRECT,JD153,EEPROM JDI2",
                object_id="1.3.6.1.4.1.11.2.3.9.1",
                name="NPI19E240",
            ),
        ),
        weaknesses=("snmp.default-community", "exposure.raw-print"),
    ),
    LabHost(
        name="camera",
        address="192.168.50.43",
        mac="00:40:8c:d1:05:43",
        device_class=DeviceClass.IP_CAMERA,
        vendor="Axis",
        what="camera over the entrance",
        servers=(
            Http(port=80, realm="AXIS_00408CD10543"),
            Rtsp(port=554, realm="AXIS_00408CD10543", server="GStreamer RTSP server"),
        ),
        weaknesses=("cleartext.http-basic",),
    ),
    LabHost(
        name="ups",
        address="192.168.50.45",
        mac="00:c0:b7:e8:1a:45",
        device_class=DeviceClass.UPS_PDU,
        vendor="American Power Conversion",
        what="battery backup of the server closet",
        ipv6=False,
        servers=(
            Http(port=80, title="APC | Log On", login=True),
            Snmp(
                description="APC Web/SNMP Management Card (MB:v4.2.9 PF:v7.0.8 PN:apc_hw05_aos)",
                object_id="1.3.6.1.4.1.318.1.3.27",
                name="lakeside-ups",
            ),
        ),
        weaknesses=("cleartext.http-login", "snmp.default-community"),
    ),
)

_BILLING_OFFICE = (
    LabHost(
        name="billing-pc",
        address="192.168.60.11",
        mac="f8:b1:56:62:90:11",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="PC in the billing office, beyond the router",
        ttl=128,
        servers=(Rdp(nla=True), Smb(newest=0x0311, signing_required=True)),
    ),
    LabHost(
        name="nas",
        address="192.168.60.20",
        mac="00:11:32:c5:6e:20",
        device_class=DeviceClass.NAS_STORAGE,
        vendor="Synology",
        what="network storage of the billing office, beyond the router",
        servers=(
            Http(port=80, title="LakesideNAS - Synology DiskStation", server="nginx", login=True),
            Http(
                port=443,
                title="LakesideNAS - Synology DiskStation",
                server="nginx",
                login=True,
                tls=Tls(name="synology", organization="Synology Inc.", self_signed=True),
            ),
            Smb(newest=0x0311, signing_required=False),
        ),
        weaknesses=("cleartext.http-login", "tls.certificate-self-signed"),
        # true; but beyond the router no MAC vouches for it, and a careful scanner asks less
        plausible=("smb.signing-not-required",),
    ),
)

CLINIC: tuple[LabHost, ...] = (
    _NETWORK_GEAR + _DESKS + _MEDICAL + _SERVERS + _THINGS + _BILLING_OFFICE
)
"""Every device of the clinic; the scanner is not among them."""
