"""Which classes go together: roles of one computer, wider and narrower words, clinical weight."""

from __future__ import annotations

from riskscan.model import CLASS_GROUPS, MEDICAL_CLASSES, DeviceClass

_K = DeviceClass

CO_HOSTED = frozenset(
    {
        _K.PACS_ARCHIVE,
        _K.EHR_PM_SERVER,
        _K.INTERFACE_ENGINE,
        _K.IMAGING_WORKSTATION,
        _K.DOMAIN_CONTROLLER,
        _K.HYPERVISOR,
        _K.PBX_VOIP_GATEWAY,
        _K.SERVER,
        _K.LAPTOP,
        _K.WORKSTATION,
    }
)
"""Roles that software gives to a general computer: one box may fill several."""

_BY_WEIGHT = (
    *sorted(MEDICAL_CLASSES - {_K.MEDICAL_OTHER, _K.IMAGING_WORKSTATION}),
    _K.EHR_PM_SERVER,
    _K.INTERFACE_ENGINE,
    _K.IMAGING_WORKSTATION,
    _K.MEDICAL_OTHER,
    _K.DOMAIN_CONTROLLER,
    _K.HYPERVISOR,
    _K.PBX_VOIP_GATEWAY,
    _K.NAS_STORAGE,
)
"""Heaviest first: what harms a patient or holds records outweighs the computer under it."""

_NARROWER: dict[DeviceClass, frozenset[DeviceClass]] = {
    _K.MEDICAL_OTHER: MEDICAL_CLASSES,
    _K.MEDICAL_GATEWAY: MEDICAL_CLASSES - {_K.MEDICAL_OTHER},
    _K.SERVER: CO_HOSTED - {_K.SERVER, _K.LAPTOP, _K.WORKSTATION},
    _K.WORKSTATION: frozenset({_K.LAPTOP, _K.THIN_CLIENT, _K.IMAGING_WORKSTATION}),
    _K.NETWORK_APPLIANCE: frozenset(CLASS_GROUPS["Network equipment"]),
    _K.IOT_OTHER: frozenset({_K.MEDIA_IOT, _K.IP_CAMERA, _K.BUILDING_AUTOMATION}),
    _K.DEVICE_SERVER: MEDICAL_CLASSES | {_K.BUILDING_AUTOMATION},
    _K.PRINTER_MFP: frozenset({_K.LABEL_PRINTER, _K.SCANNER}),
}
"""A wide word to the narrower ones that may stand for the same box."""


def clinical_weight(device_class: DeviceClass) -> int:
    """Say how much a class matters to patients; decides between equally likely ones."""
    if device_class in _BY_WEIGHT:
        return len(_BY_WEIGHT) - _BY_WEIGHT.index(device_class)
    return 0 if device_class in (_K.SERVER, _K.WORKSTATION, _K.LAPTOP) else -1


def refines(narrow: DeviceClass, wide: DeviceClass) -> bool:
    """Say whether ``narrow`` is a more exact word for what ``wide`` also describes."""
    return narrow is not wide and narrow in _NARROWER.get(wide, ())


def is_kin(one: DeviceClass, other: DeviceClass) -> bool:
    """Say whether both may be true of one box, so that neither contradicts the other."""
    return (
        one is other
        or refines(one, other)
        or refines(other, one)
        or (one in CO_HOSTED and other in CO_HOSTED)
    )
