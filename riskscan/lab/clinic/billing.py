"""The billing office, beyond the router."""

from __future__ import annotations

from riskscan.lab.clinic.names import DOMAIN
from riskscan.lab.host import LabHost
from riskscan.lab.servers.desktop import Rdp
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.tls import Tls
from riskscan.model import DeviceClass

_BILLING = Computer(name="BILLING", domain="LAKESIDE", dns_domain=DOMAIN, version=(10, 0, 26100))

BILLING_OFFICE = (
    LabHost(
        name="billing-pc",
        address="192.168.60.11",
        mac="f8:b1:56:62:90:11",
        device_class=DeviceClass.WORKSTATION,
        vendor="Dell",
        what="PC in the billing office, beyond the router",
        ttl=128,
        servers=(
            Rdp(nla=True, computer=_BILLING),
            Smb(newest=0x0311, signing_required=True, computer=_BILLING),
        ),
    ),
    LabHost(
        name="nas",
        address="192.168.60.20",
        mac="00:11:32:c5:6e:20",
        device_class=DeviceClass.NAS_STORAGE,
        vendor="Synology",
        maker="Synology",
        product="DiskStation",
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
