"""The ports that are asked, each with its reason, and the ports that must never hear a byte."""

from __future__ import annotations

MLLP_PORTS = frozenset({2575, 6660, 6661, 6662})
"""HL7 listeners. Whatever is written to one is a message, and an engine routes messages."""

FORBIDDEN_PORTS = frozenset(
    {
        *range(9100, 9108),  # raw print: every byte is a page
        *MLLP_PORTS,
        515,  # LPD: a byte is a print job
        502,  # Modbus: a byte may be a command to a machine
        4001,  # serial device servers: bytes go straight to the instrument behind them
        24105,  # patient monitor data export
        44818,  # EtherNet/IP: controllers
        47808,  # BACnet: controllers of the building
    }
)
"""The dialer refuses to write to these; of them only the state of the port is learned."""

TELLTALE_TCP: dict[int, str] = {
    80: "the device's own web page, the best name tag there is",
    443: "the same over TLS; the certificate names maker and model",
    104: "DICOM, the port the standard registered first",
    11112: "DICOM, the port IANA registered",
    2761: "DICOM over ISCL",
    2762: "DICOM over TLS",
    2575: "HL7 over MLLP",
    3389: "Remote Desktop: a Windows console, often of a modality",
    22: "SSH: how appliances are serviced",
    23: "Telnet: service access in clear text",
    445: "SMB: Windows, and where studies are dropped",
    5900: "VNC: how vendors look over the operator's shoulder",
}
"""All that a fragile device is asked. The first ports that any device is asked, so that one that
shows itself as medical is recognised before the long list begins."""

STRANGER_TCP = (21, 389, 1883)
"""FTP, LDAP and MQTT: asked of a fragile device too where the site file allows anonymous greetings.
SMB, the fourth protocol that knows strangers, has a port that every device is asked."""

_MEDICAL: dict[int, str] = {
    1972: "InterSystems Caché/IRIS superserver under many record systems",
    4006: "DICOM of some ultrasound and CR consoles",
    4096: "DICOM of some viewing stations",
    4242: "Orthanc DICOM",
    5678: "DICOM of older storage servers",
    6660: "HL7: default remote port of an interface engine's sender",
    6661: "HL7: first listener of an interface engine",
    6662: "HL7: second listener of an interface engine",
    8042: "Orthanc's web interface",
    8043: "Orthanc's web interface over TLS",
    10104: "DICOM moved above the privileged ports",
    11113: "DICOM next to 11112",
    51000: "interface engine or laboratory middleware listener",
    57772: "InterSystems management portal",
}
_REMOTE: dict[int, str] = {
    21: "FTP: file drops in clear text",
    512: "rexec: login in clear text",
    513: "rlogin: login in clear text",
    514: "rsh: commands without a password",
    992: "Telnet over TLS",
    1494: "Citrix ICA",
    2222: "SSH moved",
    2323: "Telnet moved",
    3283: "Apple Remote Desktop",
    4899: "Radmin",
    5500: "VNC that calls back",
    5631: "pcAnywhere, never patched again",
    5800: "VNC in a browser",
    5901: "VNC, second display",
    5938: "TeamViewer",
    5985: "Windows Remote Management",
    5986: "Windows Remote Management over TLS",
    6000: "X11: a remote screen in clear text",
    6129: "DameWare",
    7070: "AnyDesk",
    8040: "ScreenConnect relay",
    8041: "ScreenConnect relay, moved",
}
_WEB: dict[int, str] = {
    81: "camera and recorder web pages",
    88: "Kerberos: a domain controller",
    591: "FileMaker web publishing, used by small practice systems",
    1080: "SOCKS proxy",
    3000: "web applications and dashboards",
    3128: "web proxy",
    4343: "management over TLS of wireless controllers",
    4443: "management over TLS",
    5000: "Synology management, UPnP",
    5001: "Synology management over TLS",
    7001: "WebLogic under hospital software",
    7443: "UniFi and camera servers over TLS",
    7547: "TR-069: provider access to the router",
    8000: "web pages of recorders and instruments",
    8006: "Proxmox",
    8008: "web management; Chromecast",
    8080: "web applications, Tomcat, interface engines",
    8081: "web applications",
    8082: "web applications",
    8083: "web applications",
    8088: "web applications, recorders",
    8090: "web applications, Confluence",
    8291: "MikroTik WinBox",
    8443: "web applications over TLS, UniFi, interface engines",
    8444: "interface engine management over TLS",
    8880: "guest portals",
    8888: "web applications, cloud consoles",
    9000: "web consoles, portainer",
    9090: "Cockpit and device consoles",
    9443: "management over TLS, vCenter",
    10000: "Webmin",
    10443: "management and VPN portals over TLS",
}
_WINDOWS: dict[int, str] = {
    53: "name server",
    111: "portmapper, which leads to NFS",
    135: "Windows RPC",
    139: "NetBIOS session: old Windows, NAS",
    389: "LDAP: a directory",
    464: "Kerberos password change: a domain controller",
    548: "Apple file sharing",
    593: "RPC over HTTP",
    636: "LDAP over TLS",
    873: "rsync: backups",
    2049: "NFS: shared folders",
    3260: "iSCSI: raw disks",
    3268: "global catalogue",
    3269: "global catalogue over TLS",
    5357: "Windows device discovery: a computer or a printer",
}
_MAIL: dict[int, str] = {
    25: "SMTP: scan-to-mail, mail server",
    110: "POP3 in clear text",
    143: "IMAP in clear text",
    465: "SMTP over TLS",
    587: "mail submission",
    993: "IMAP over TLS",
    995: "POP3 over TLS",
}
_DATABASES: dict[int, str] = {
    1433: "Microsoft SQL Server, under most practice systems",
    1521: "Oracle",
    2638: "SAP SQL Anywhere, under several practice and dental systems",
    3050: "Firebird and InterBase, under older practice systems",
    3306: "MySQL and MariaDB",
    5432: "PostgreSQL",
    5984: "CouchDB",
    6379: "Redis",
    9200: "Elasticsearch",
    11211: "memcached",
    27017: "MongoDB",
    50000: "DB2 database",
}
_PRINT_VOICE_VIDEO: dict[int, str] = {
    515: "LPD: a printer; state only",
    554: "RTSP: a camera",
    631: "IPP: a printer",
    1720: "H.323: conferencing",
    1883: "MQTT: sensors",
    2000: "Cisco SCCP: a phone system",
    3702: "device discovery of cameras and printers",
    5060: "SIP: phones",
    5061: "SIP over TLS",
    8554: "RTSP moved",
    8883: "MQTT over TLS",
    9100: "raw print; state only",
    34567: "video recorders of a common white-label maker",
    37777: "Dahua recorders",
    49152: "UPnP of cameras and NAS",
    62078: "iPhone and iPad",
}
_MACHINES: dict[int, str] = {
    102: "Siemens S7: building and plant controllers",
    502: "Modbus: sterilisers, power, HVAC; state only",
    623: "IPMI: server management",
    664: "IPMI over TLS, Intel AMT",
    1911: "Niagara Fox: building control",
    4001: "serial device server; state only",
    4911: "Niagara Fox over TLS",
    5555: "Android debugging",
    5988: "CIM management",
    5989: "CIM management over TLS",
    16992: "Intel AMT",
    16993: "Intel AMT over TLS",
    44818: "EtherNet/IP; state only",
}
_SERVERS: dict[int, str] = {
    179: "BGP: a router",
    902: "VMware ESXi",
    1723: "PPTP: VPN that can be broken",
    2375: "Docker without TLS",
    2376: "Docker over TLS",
    3389: TELLTALE_TCP[3389],
    6443: "Kubernetes",
    8728: "MikroTik API",
    10050: "Zabbix agent: a managed server",
}

NORMAL_TCP: dict[int, str] = {
    **TELLTALE_TCP,
    **_MEDICAL,
    **_REMOTE,
    **_WEB,
    **_WINDOWS,
    **_MAIL,
    **_DATABASES,
    **_PRINT_VOICE_VIDEO,
    **_MACHINES,
    **_SERVERS,
}
"""What an ordinary device is asked. nmap's thousand commonest ports leave out most of DICOM and
HL7, so the list is chosen for clinics instead: a sixth of the packets, and more found."""

LIKELY_TCP = (
    *TELLTALE_TCP,
    *(135, 139, 8080, 21, 9100, 515, 631, 53, 5000, 8443, 111, 548, 554, 25, 5357, 8000, 5985),
    *(1433, 3306, 5432, 389, 88, 62078, 8081, 8008, 4242, 8042, 6661, 2049, 5060, 502, 902, 2000),
)
"""The ports that are open most often, or matter most if they are; asked first, and once more."""


def worth(port: int) -> int:
    """Order TCP ports by what they are worth knowing; those that are alike keep their order."""
    return LIKELY_TCP.index(port) if port in LIKELY_TCP else len(LIKELY_TCP)


UDP_ASKED: dict[int, str] = {
    3702: "WS-Discovery: cameras, printers, medical devices; one Probe to this one device",
    161: "SNMP: one read as 'public', one discovery of the engine, RFC 3414",
    5353: "mDNS: a query for services to this one device, RFC 6762",
    137: "NetBIOS name service: a node status request, RFC 1002",
    1900: "SSDP: a search, to this one device",
    5060: "SIP: an OPTIONS request, RFC 3261; rings nothing",
    623: "IPMI: which ways to log in a server's management offers",
    1434: "SQL Server Browser: names and ports of instances, MC-SQLR",
    53: "name server: a status request, RFC 1035",
    123: "NTP: a client request, RFC 5905",
    69: "TFTP: a request that no server can grant, RFC 1350",
}
"""UDP ports that are asked in their own protocol, with well-formed reads that change nothing; in
this order, since a device that says over WS-Discovery that it is medical is asked no more."""

UDP_EMPTY: dict[int, str] = {
    24105: "patient monitor data export",
    47808: "BACnet: building control",
}
"""UDP ports that get an empty datagram at most: closed can be told from not closed, no more."""
