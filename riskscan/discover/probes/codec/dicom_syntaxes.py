"""What a DICOM node may be proposed, what its answers are called, and whose library it runs."""

from __future__ import annotations

from collections.abc import Iterable

from riskscan.discover.faults import ProtocolError

STORAGE: dict[str, str] = {
    "1.2.840.10008.5.1.4.1.1.7": "secondary-capture",
    "1.2.840.10008.5.1.4.1.1.1": "cr",
    "1.2.840.10008.5.1.4.1.1.1.1": "dx",
    "1.2.840.10008.5.1.4.1.1.1.2": "mammography",
    "1.2.840.10008.5.1.4.1.1.1.3": "intra-oral",
    "1.2.840.10008.5.1.4.1.1.2": "ct",
    "1.2.840.10008.5.1.4.1.1.4": "mr",
    "1.2.840.10008.5.1.4.1.1.6.1": "us",
    "1.2.840.10008.5.1.4.1.1.3.1": "us-multi-frame",
    "1.2.840.10008.5.1.4.1.1.12.1": "angiography",
    "1.2.840.10008.5.1.4.1.1.20": "nuclear-medicine",
    "1.2.840.10008.5.1.4.1.1.128": "pet",
    "1.2.840.10008.5.1.4.1.1.77.1.5.1": "ophthalmic-photography",
    "1.2.840.10008.5.1.4.1.1.77.1.5.4": "ophthalmic-tomography",
    "1.2.840.10008.5.1.4.1.1.9.1.1": "ecg",
    "1.2.840.10008.5.1.4.1.1.104.1": "pdf",
}
"""Storage SOP classes that are proposed (PS3.4 B.5, PS3.6 A.1), by kind of object."""

CONTEXTS: dict[str, str] = {
    "1.2.840.10008.1.1": "verification",
    **dict.fromkeys(STORAGE, "storage"),
    "1.2.840.10008.5.1.4.1.2.2.1": "study-root-find",
    "1.2.840.10008.5.1.4.1.2.1.1": "patient-root-find",
    "1.2.840.10008.5.1.4.31": "worklist-find",
    "1.2.840.10008.3.1.2.3.3": "mpps",
    "1.2.840.10008.5.1.1.9": "print",
    "1.2.840.10008.1.20.1": "storage-commitment",
    "1.2.840.10008.5.1.4.34.6.1": "ups",
}
"""Abstract syntaxes that are proposed (PS3.4, PS3.6), with the name that an observation bears."""

TOOLKITS: dict[str, str] = {
    "1.2.276.0.7230010.3.0.3": "DCMTK",
    "1.2.40.0.13.1": "dcm4che",
    "1.2.826.0.1.3680043.9.3811": "pynetdicom",
    "1.2.826.0.1.3680043.8.498.1": "pydicom",
    "1.2.826.0.1.3680043.2.1143.107.104.103.115": "GDCM",
    "1.3.6.1.4.1.30071.8": "fo-dicom",
    "1.3.6.1.4.1.5962.99.2": "PixelMed",
    "1.3.6.1.4.1.5962.2": "dicom3tools",
    "1.3.6.1.4.1.25403": "ClearCanvas",
    "1.2.840.114257": "LEADTOOLS",
    "1.2.840.114089.1.0.0": "Laurel Bridge DCF",
    "1.3.6.1.4.1.9590.100.1.3": "MATLAB",
    "1.2.826.0.1.3680043.10.1462": "DCMfx",
    "1.2.826.0.1.3680043.9.7433.1.1": "highdicom",
}
"""Root of an Implementation Class UID to the library behind it: read in the meta header of public
DICOM files and in association answers of the libraries; IANA's list of enterprise numbers."""

_VERSION_NAMES = {"MERGECOM3": "Merge DICOM Toolkit", "OFFIS": "DCMTK", "DCM4CHE": "dcm4che"}
"""Beginning of an Implementation Version Name, where the UID is the licensee's own."""

_REASONS = {(1, 3): "calling-ae", (1, 7): "called-ae"}
"""Source and reason of an A-ASSOCIATE-RJ (PS3.8 table 9-21)."""

UNREGISTERED_PORTS = frozenset({1040, 2345, 4006, 4096, 5678, 7777, 11110, 11111, 11114, 11115})
"""Where DICOM has been met beside the registered ports; other software uses them as well."""

RELEASE_RQ = bytes.fromhex("05000000000400000000")
"""A-RELEASE-RQ (PS3.8 table 9-24): without an association a node can only abort."""

_ABORT, _ABORT_LENGTH = 7, 10


def rejection(source: int, reason: int) -> str:
    """Name the reason of an A-ASSOCIATE-RJ (PS3.8 table 9-21)."""
    return _REASONS.get((source, reason), "other")


def services(accepted: Iterable[str]) -> list[str]:
    """Name the services behind accepted abstract syntaxes, each once, in a fixed order."""
    return _named(CONTEXTS, accepted)


def storage_classes(accepted: Iterable[str]) -> list[str]:
    """Name the kinds of object among accepted abstract syntaxes, in a fixed order."""
    return _named(STORAGE, accepted)


def _named(names: dict[str, str], accepted: Iterable[str]) -> list[str]:
    named = {names[syntax] for syntax in accepted if syntax in names}
    return [name for name in dict.fromkeys(names.values()) if name in named]


def toolkit(uid: str, version_name: str) -> str | None:
    """Name the library that an implementation UID or version name belongs to; None for others."""
    for root, name in TOOLKITS.items():
        if uid == root or uid.startswith(f"{root}."):
            return name
    spelt = version_name.upper()
    return next((name for start, name in _VERSION_NAMES.items() if spelt.startswith(start)), None)


def abort(octets: bytes) -> str:
    """Read an A-ABORT (PS3.8 table 9-26) as ``source/reason``; ProtocolError if it is none."""
    if len(octets) != _ABORT_LENGTH or octets[0] != _ABORT or octets[2:6] != b"\0\0\0\4":
        raise ProtocolError("not an A-ABORT")
    return f"{octets[8]}/{octets[9]}"
