"""What stands on desks, and what nobody remembers."""

from __future__ import annotations

from riskscan.lab.clinic.names import DOMAIN
from riskscan.lab.host import LabHost
from riskscan.lab.servers.desktop import Rdp, Vnc
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.unasked import Dhcp, Lldp
from riskscan.model import DeviceClass

_FRONT_DESK = Computer(name="FRONTDESK", version=(6, 1, 7601))
_MANAGER = Computer(name="MANAGER", domain="LAKESIDE", dns_domain=DOMAIN, version=(10, 0, 26100))

DESKS = (
    LabHost(
        name="front-desk",
        address="192.168.50.11",
        mac="b0:83:fe:41:0c:11",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="old Windows PC at the front desk",
        ttl=128,
        servers=(
            Rdp(nla=False, computer=_FRONT_DESK),
            Smb(newest=0x0210, signing_required=False, version_1=True, computer=_FRONT_DESK),
        ),
        # RDP takes TLS without CredSSP; NT LM 0.12 is accepted; signing is enabled, not required;
        # it names itself Windows 6.1 build 7601, and support of that ended on 2020-01-14
        weaknesses=(
            "remote.rdp-without-nla",
            "smb.version-1",
            "smb.signing-not-required",
            "lifecycle.end-of-support",
        ),
    ),
    LabHost(
        name="manager-pc",
        address="192.168.50.12",
        mac="18:db:f2:41:0c:12",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="the practice manager's PC, current and with its firewall on",
        ttl=128,
        servers=(
            Rdp(nla=True, computer=_MANAGER),
            Smb(newest=0x0311, signing_required=True, computer=_MANAGER),
        ),
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
        what="desk phone that answers ARP and nothing else, and announces itself",
        ipv6=False,
        answers_ping=False,
        drops_closed=True,
        announces=(
            Dhcp(name="64167f0d3042", vendor_class="Polycom-VVX410"),
            Lldp(
                name="Polycom VVX 410",
                description="Polycom;VVX-VVX_410;3111-46162-001,1;SIP/5.9.0.9373",
                port="1",
            ),
        ),
    ),
    LabHost(
        name="tablet",
        address="192.168.50.46",
        mac="9a:5e:21:c4:08:46",  # second hex digit a: locally administered, as phones randomise
        device_class=DeviceClass.MOBILE,
        vendor="",
        what="somebody's tablet with a private Wi-Fi address",
        weaknesses=(
            "inventory.private-mac",  # its MAC is made up
        ),
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
        weaknesses=(
            "inventory.unidentified",  # what answers everything says nothing
            "inventory.accepts-every-port",  # it does
        ),
    ),
)
