"""What a host turned out to be."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from riskscan.model.level import Confidence
from riskscan.model.network import Address, Host, Observation


class DeviceClass(StrEnum):
    """What kind of thing a device is: 48 classes and ``unknown``.

    Names are stored in databases: they are retired, never re-used.
    """

    # medical
    PACS_ARCHIVE = "pacs_archive"
    IMAGING_MODALITY = "imaging_modality"
    IMAGING_WORKSTATION = "imaging_workstation"
    ECG_CARDIOLOGY = "ecg_cardiology"
    PATIENT_MONITOR = "patient_monitor"
    INFUSION_PUMP = "infusion_pump"
    MED_CABINET = "med_cabinet"
    LAB_ANALYZER = "lab_analyzer"
    ENV_TEMP_MONITOR = "env_temp_monitor"
    DENTAL_IMAGING = "dental_imaging"
    OPHTHALMIC = "ophthalmic"
    NURSE_CALL_RTLS = "nurse_call_rtls"
    STERILIZER = "sterilizer"
    RESPIRATORY_SLEEP = "respiratory_sleep"
    THERAPY_SURGICAL = "therapy_surgical"
    MEDICAL_GATEWAY = "medical_gateway"
    MEDICAL_OTHER = "medical_other"
    # health IT
    EHR_PM_SERVER = "ehr_pm_server"
    INTERFACE_ENGINE = "interface_engine"
    # servers and endpoints
    DOMAIN_CONTROLLER = "domain_controller"
    SERVER = "server"
    NAS_STORAGE = "nas_storage"
    HYPERVISOR = "hypervisor"
    OOB_MANAGEMENT = "oob_management"
    WORKSTATION = "workstation"
    LAPTOP = "laptop"
    THIN_CLIENT = "thin_client"
    MOBILE = "mobile"
    # voice
    VOIP_PHONE = "voip_phone"
    PBX_VOIP_GATEWAY = "pbx_voip_gateway"
    VIDEO_CONFERENCING = "video_conferencing"
    # print and scan
    PRINTER_MFP = "printer_mfp"
    LABEL_PRINTER = "label_printer"
    SCANNER = "scanner"
    # physical and building
    IP_CAMERA = "ip_camera"
    NVR_DVR = "nvr_dvr"
    ACCESS_CONTROL = "access_control"
    BUILDING_AUTOMATION = "building_automation"
    UPS_PDU = "ups_pdu"
    # network
    ROUTER_FIREWALL = "router_firewall"
    SWITCH = "switch"
    WIRELESS_AP = "wireless_ap"
    NETWORK_APPLIANCE = "network_appliance"
    # other
    MEDIA_IOT = "media_iot"
    IOT_OTHER = "iot_other"
    PAYMENT_TERMINAL = "payment_terminal"
    DEVICE_SERVER = "device_server"
    OT_INDUSTRIAL = "ot_industrial"
    UNKNOWN = "unknown"

    @property
    def is_medical(self) -> bool:
        return self in MEDICAL_CLASSES

    @property
    def label(self) -> str:
        """The class in words that a practice manager reads."""
        return _LABELS.get(self) or self.value.replace("_", " ").capitalize()

    @property
    def group(self) -> str:
        """The heading under which an inventory lists it."""
        return next(name for name, members in CLASS_GROUPS.items() if self in members)


_ALL = tuple(DeviceClass)


def _between(first: DeviceClass, last: DeviceClass) -> tuple[DeviceClass, ...]:
    return _ALL[_ALL.index(first) : _ALL.index(last) + 1]


CLASS_GROUPS: dict[str, tuple[DeviceClass, ...]] = {
    "Medical devices": _between(DeviceClass.PACS_ARCHIVE, DeviceClass.MEDICAL_OTHER),
    "Health IT": _between(DeviceClass.EHR_PM_SERVER, DeviceClass.INTERFACE_ENGINE),
    "Servers and computers": _between(DeviceClass.DOMAIN_CONTROLLER, DeviceClass.MOBILE),
    "Voice and video": _between(DeviceClass.VOIP_PHONE, DeviceClass.VIDEO_CONFERENCING),
    "Printers and scanners": _between(DeviceClass.PRINTER_MFP, DeviceClass.SCANNER),
    "Building and physical security": _between(DeviceClass.IP_CAMERA, DeviceClass.UPS_PDU),
    "Network equipment": _between(DeviceClass.ROUTER_FIREWALL, DeviceClass.NETWORK_APPLIANCE),
    "Other devices": _between(DeviceClass.MEDIA_IOT, DeviceClass.OT_INDUSTRIAL),
    "Not identified": (DeviceClass.UNKNOWN,),
}
"""Heading to classes, in the order of a report; every class stands under one heading."""

MEDICAL_CLASSES: frozenset[DeviceClass] = frozenset(CLASS_GROUPS["Medical devices"])

_LABELS: dict[DeviceClass, str] = {
    DeviceClass.PACS_ARCHIVE: "Image archive (PACS)",
    DeviceClass.IMAGING_MODALITY: "Imaging device (X-ray, ultrasound, CT, MR)",
    DeviceClass.IMAGING_WORKSTATION: "Image viewing station",
    DeviceClass.ECG_CARDIOLOGY: "ECG or cardiology device",
    DeviceClass.MED_CABINET: "Medication cabinet",
    DeviceClass.LAB_ANALYZER: "Laboratory analyzer",
    DeviceClass.ENV_TEMP_MONITOR: "Refrigerator or room temperature monitor",
    DeviceClass.DENTAL_IMAGING: "Dental imaging device",
    DeviceClass.OPHTHALMIC: "Eye-care device",
    DeviceClass.NURSE_CALL_RTLS: "Nurse call or locating system",
    DeviceClass.RESPIRATORY_SLEEP: "Respiratory or sleep device",
    DeviceClass.THERAPY_SURGICAL: "Therapy or surgical device",
    DeviceClass.MEDICAL_GATEWAY: "Medical device gateway",
    DeviceClass.MEDICAL_OTHER: "Other medical device",
    DeviceClass.EHR_PM_SERVER: "Health record or practice-management server",
    DeviceClass.INTERFACE_ENGINE: "Interface engine (HL7)",
    DeviceClass.NAS_STORAGE: "Network storage (NAS)",
    DeviceClass.OOB_MANAGEMENT: "Server remote-management port",
    DeviceClass.MOBILE: "Phone or tablet",
    DeviceClass.VOIP_PHONE: "Desk phone",
    DeviceClass.PBX_VOIP_GATEWAY: "Phone system",
    DeviceClass.PRINTER_MFP: "Printer or copier",
    DeviceClass.IP_CAMERA: "Camera",
    DeviceClass.NVR_DVR: "Video recorder",
    DeviceClass.UPS_PDU: "Battery backup (UPS)",
    DeviceClass.ROUTER_FIREWALL: "Router or firewall",
    DeviceClass.SWITCH: "Network switch",
    DeviceClass.WIRELESS_AP: "Wi-Fi access point",
    DeviceClass.MEDIA_IOT: "TV, speaker or streaming device",
    DeviceClass.IOT_OTHER: "Smart device",
    DeviceClass.DEVICE_SERVER: "Serial device server",
    DeviceClass.OT_INDUSTRIAL: "Industrial controller",
    DeviceClass.UNKNOWN: "Not identified",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that speaks for something, and what it says there."""

    observation: Observation
    says: str
    """In a few words, for a reader: ``the MAC prefix belongs to Mindray``."""
    rule: str | None = None
    """Id of the fingerprint or check that read it so."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device is, how sure that is, and why."""

    device_class: DeviceClass = DeviceClass.UNKNOWN
    confidence: Confidence = Confidence.LOW
    vendor: str | None = None
    product: str | None = None
    version: str | None = None
    os_family: str | None = None
    os_version: str | None = None
    roles: tuple[DeviceClass, ...] = ()
    """Other classes that this one box also fills."""
    rule_id: str | None = None
    """The fingerprint that decided the class; None for unknown."""
    evidence: tuple[Evidence, ...] = ()
    against: tuple[Evidence, ...] = ()
    """Observations that spoke for another class."""
    mac_vendor: str | None = None
    """Holder of the MAC prefix; often the maker of the network card, not of the device."""
    location: str | None = None
    """Where it stands, as a person said."""
    owner: str | None = None
    """Who answers for it, as a person said."""


@dataclass(frozen=True, slots=True)
class Device:
    """A host and what it turned out to be."""

    host: Host
    identity: Identity

    @property
    def address(self) -> Address:
        return self.host.address

    @property
    def key(self) -> str:
        """What it is recognised by in later scans: its MAC unless that is absent or local."""
        mac = self.host.mac
        if mac is not None and not int(mac[1], 16) & 2:
            return mac
        return str(self.host.address)

    @property
    def name(self) -> str:
        """A short name for tables: vendor and product where known, else the class in words."""
        parts = [p for p in (self.identity.vendor, self.identity.product) if p]
        return " ".join(parts) if parts else self.identity.device_class.label
