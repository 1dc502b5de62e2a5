"""Servers: health records, interfaces, directories, mail, data stores."""

from __future__ import annotations

import ssl
from dataclasses import replace

from riskscan.lab.clinic.names import DOMAIN
from riskscan.lab.host import LabHost
from riskscan.lab.patients import PATIENT_NAMES
from riskscan.lab.servers.announce import Ipmi
from riskscan.lab.servers.broker import Amqp, Mqtt
from riskscan.lab.servers.database import MySql, Postgres
from riskscan.lab.servers.datastore import Memcached, MongoDb, Redis
from riskscan.lab.servers.desktop import Rdp
from riskscan.lab.servers.directory import Ldap, active_directory
from riskscan.lab.servers.ftp import Ftp
from riskscan.lab.servers.http import Http
from riskscan.lab.servers.mail import Imap, Pop3, Smtp
from riskscan.lab.servers.netbios import NetBios
from riskscan.lab.servers.nfs import Mountd, Nfs, Portmapper
from riskscan.lab.servers.ntlm import Computer
from riskscan.lab.servers.silent import Mllp
from riskscan.lab.servers.smb import Smb
from riskscan.lab.servers.sqlserver import SqlBrowser, SqlServer
from riskscan.lab.servers.text import Ssh
from riskscan.lab.servers.tftp import Tftp
from riskscan.lab.servers.tls import Tls
from riskscan.lab.servers.winrm import WinRm
from riskscan.model import DeviceClass

_DC = Computer(name="DC1", domain="LAKESIDE", dns_domain=DOMAIN, version=(10, 0, 26100))
_PRACTICE = Computer(name="PRACTICE", domain="LAKESIDE", dns_domain=DOMAIN, version=(10, 0, 20348))
_DATA_BOX = Computer(name="DATABOX", version=(6, 1, 0))  # Samba
_MAIL = Tls(
    name="mail.lakeside.example",
    organization="Lakeside Family Clinic",
    oldest=ssl.TLSVersion.TLSv1,
)
_MIRTH = Http(
    port=8443, title="Mirth Connect Administrator", tls=Tls(name="mirth-connect", expired=True)
)

MACHINES = (
    LabHost(
        name="ehr",
        address="192.168.50.30",
        mac="d4:be:d9:aa:04:30",
        device_class=DeviceClass.EHR_PM_SERVER,
        vendor="Dell",
        product="OpenEMR",
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
        maker="NextGen",
        product="Mirth Connect",
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
            Ftp(port=21, greeting="FTP server ready", anonymous=True),
            Ssh(port=22, banner="SSH-2.0-OpenSSH_7.9p1 Debian-10+deb10u2"),
            Http(port=80, server="Apache/2.4.38 (Debian)", realm="Billing archive"),
            Postgres(),
        ),
        # Debian 10 ended on 2022-09-10 (LTS 2024-06-30); FTP without TLS, which lets anonymous in;
        # Basic over HTTP;
        # PostgreSQL answers
        weaknesses=(
            "lifecycle.end-of-support",
            "cleartext.ftp",
            "credentials.ftp-anonymous",
            "cleartext.http-basic",
            "exposure.database",
            "cleartext.database",  # the server refuses encryption
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
    LabHost(
        name="directory",
        address="192.168.50.34",
        mac="00:15:5d:32:01:34",
        device_class=DeviceClass.DOMAIN_CONTROLLER,
        vendor="Microsoft",
        maker="Microsoft",
        product="Active Directory",
        what="domain controller, current and well kept",
        ttl=128,
        servers=(
            active_directory("DC1", DOMAIN, level=10),
            # A session without a name is opened, as on every Windows; it gives nothing.
            Smb(newest=0x0311, signing_required=True, computer=_DC, stranger="null"),
            Rdp(nla=True, computer=_DC),
            WinRm(computer=_DC),
            NetBios(name="DC1", domain="LAKESIDE", domain_controller=True, mac="00:15:5d:32:01:34"),
        ),
    ),
    LabHost(
        name="practice-server",
        address="192.168.50.35",
        mac="d4:be:d9:aa:04:35",
        device_class=DeviceClass.SERVER,
        vendor="Dell",
        maker="Microsoft",
        product="SQL Server 2019",
        what="database server of the dental practice program, which all desks reach",
        ttl=128,
        servers=(
            SqlServer(port=1433, version=(15, 0, 4153)),
            SqlBrowser(server_name="PRACTICE", instances=(("DENTRIX", "15.0.4153.1", 1433),)),
            Rdp(nla=True, computer=_PRACTICE),
            Smb(newest=0x0311, signing_required=False, computer=_PRACTICE),
        ),
        # SQL Server answers; signing is enabled, not required
        weaknesses=(
            "exposure.database",
            "smb.signing-not-required",
            "cleartext.database",  # the server refuses encryption
        ),
    ),
    LabHost(
        name="data-box",
        address="192.168.50.36",
        mac="0c:c4:7a:88:31:36",
        device_class=DeviceClass.SERVER,
        vendor="Super Micro",
        what="somebody's experiment: data stores, brokers and shared folders, open to all",
        servers=(
            Ssh(port=22, banner="SSH-2.0-OpenSSH_10.0p2 Debian-7"),
            Redis(),
            MongoDb(),
            Memcached(),
            Mqtt(),
            Amqp(),
            Portmapper(),
            Mountd(exports=(("/export/scans", ("*",)),)),
            Nfs(),
            Smb(newest=0x0311, signing_required=True, computer=_DATA_BOX, stranger="guest"),
            Ldap(root={"objectClass": ("top", "OpenLDAProotDSE")}),
            Tftp(),
        ),
        weaknesses=(
            "smb.guest-session",  # a caller without a name becomes a guest
            "exposure.database",  # Redis and MongoDB answer, without a password
            "cleartext.broker",  # MQTT and AMQP without TLS
            "exposure.open-broker",  # MQTT takes a stranger
            "exposure.open-data-store",  # Redis, memcached and MongoDB take a stranger
            "nfs.exported-to-world",  # the export names everyone (*)
            "cleartext.ldap",  # the directory answers and offers no StartTLS
            "cleartext.tftp",
        ),
    ),
    LabHost(
        name="mail",
        address="192.168.50.37",
        mac="3c:d9:2b:0e:55:37",
        device_class=DeviceClass.SERVER,
        vendor="Hewlett Packard",
        what="mail server: SMTP and IMAP offer encryption, TLS 1.0 too; POP3 offers none",
        servers=(
            Ssh(port=22, banner="SSH-2.0-OpenSSH_10.0p2 Debian-7"),
            Smtp(greeting="mail.lakeside.example ESMTP Postfix (Debian)", tls=_MAIL),
            Pop3(greeting="Dovecot (Debian) ready."),
            Imap(greeting="[CAPABILITY IMAP4rev1 STARTTLS] Dovecot (Debian) ready.", tls=_MAIL),
        ),
        weaknesses=(
            "cleartext.mailbox",  # POP3 offers no STLS
            "cleartext.smtp",  # AUTH is offered before STARTTLS
            "tls.old-version",  # TLS 1.0 is accepted after STARTTLS
        ),
    ),
    LabHost(
        name="fhir",
        address="192.168.50.38",
        mac="00:15:5d:32:01:38",
        device_class=DeviceClass.EHR_PM_SERVER,
        vendor="Microsoft",
        product="HAPI FHIR server",
        what="FHIR server of a research project, open to all",
        servers=(
            Http(
                port=8080,
                title="HAPI FHIR",
                pages=(
                    (
                        "/fhir/metadata",
                        "application/fhir+json",
                        '{"resourceType": "CapabilityStatement", "status": "active",'
                        ' "software": {"name": "HAPI FHIR Server", "version": "6.8.0"},'
                        ' "fhirVersion": "4.0.1", "format": ["json"]}',
                    ),
                    (
                        "/fhir/Patient",
                        "application/fhir+json",
                        f'{{"resourceType": "Bundle", "who": "{PATIENT_NAMES[0]}"}}',
                    ),
                ),
            ),
        ),
        weaknesses=(
            "fhir.no-login-declared",  # the statement names no security
        ),
    ),
    LabHost(
        name="lights-out",
        address="192.168.50.39",
        mac="94:57:a5:6f:21:39",
        device_class=DeviceClass.OOB_MANAGEMENT,
        vendor="Hewlett Packard",
        maker="HPE",
        product="iLO",
        what="management controller of the backup server",
        servers=(
            Http(
                port=443,
                title="iLO 5",
                server="HPE-iLO-Server/1.30",
                tls=Tls(name="ILOCZJ1234567", organization="Hewlett Packard Enterprise"),
                pages=(
                    (
                        "/xmldata?item=all",
                        "text/xml",
                        "<RIMP><MP><PN>Integrated Lights-Out 5 (iLO 5)</PN>"
                        "<FWRI>2.72</FWRI></MP></RIMP>",
                    ),
                ),
            ),
            Ipmi(),
        ),
        weaknesses=(
            "exposure.ipmi",  # IPMI answers in the office network
            "remote.ipmi-weak-login",  # it offers MD2 and MD5
        ),
    ),
)
