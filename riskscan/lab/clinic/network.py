"""What carries the clinic's network: firewall, switch, access point."""

from __future__ import annotations

from riskscan.lab.host import LabHost
from riskscan.lab.servers.dns import DnsTcp, DnsUdp
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.snmp import Snmp
from riskscan.lab.servers.text import Ssh
from riskscan.lab.servers.tls import Tls
from riskscan.lab.servers.unasked import Lldp
from riskscan.model import DeviceClass

NETWORK_GEAR = (
    LabHost(
        name="gateway",
        address="192.168.50.1",
        mac="04:d5:90:12:34:01",
        far_address="192.168.60.1",
        far_mac="04:d5:90:12:34:02",
        device_class=DeviceClass.ROUTER_FIREWALL,
        vendor="Fortinet",
        maker="Fortinet",
        product="FortiGate",
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
        maker="Cisco",
        product="C2960",
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
        announces=(
            Lldp(
                name="lakeside-sw1",
                description=(
                    "Cisco IOS Software, C2960 Software (C2960-LANBASEK9-M), "
                    "Version 15.0(2)SE11, RELEASE SOFTWARE (fc3)"
                ),
                port="Gi0/1",
            ),
        ),
        weaknesses=(
            "snmp.default-community",  # public
            "cleartext.snmp",  # SNMP v2c answers, which has no encryption
        ),
        plausible=("lifecycle.end-of-support",),  # IOS 15.0, if a table knows its date
    ),
    LabHost(
        name="access-point",
        address="192.168.50.3",
        mac="04:18:d6:3c:77:01",
        device_class=DeviceClass.WIRELESS_AP,
        vendor="Ubiquiti",
        maker="Ubiquiti",
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
