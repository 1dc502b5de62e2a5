"""What a named person said of a device, laid over what the fingerprints say."""

from __future__ import annotations

from dataclasses import replace

from riskscan.model import Confidence, Correction, Device, Evidence, Observation, correction_of

RULE = "site.correction"
"""Stands where a fingerprint's id stands, for an identity that a person gave."""


def corrected(device: Device, corrections: tuple[Correction, ...]) -> Device:
    """Return the device as the practice knows it; unchanged if nobody corrected it.

    ``corrections`` come oldest first. What the fingerprints say stays beside it as evidence: for,
    if it agrees, against, if it does not.
    """
    said = correction_of(device, corrections)
    if said is None:
        return device
    own = device.identity
    word = Evidence(
        Observation.of("site.correction", f"{said.author}, {said.made_at:%Y-%m-%d}: {said.note}"),
        f"{said.author} said on {said.made_at:%Y-%m-%d} what it is",
        RULE,
    )
    reclassed = said.device_class is not None
    differs = reclassed and said.device_class is not own.device_class
    return replace(
        device,
        identity=replace(
            own,
            device_class=said.device_class or own.device_class,
            confidence=Confidence.HIGH if reclassed else own.confidence,
            rule_id=RULE if reclassed else own.rule_id,
            vendor=said.vendor or (None if differs and said.product else own.vendor),
            product=said.product or (None if differs else own.product),
            version=None if said.product or differs else own.version,
            location=said.location,
            owner=said.owner,
            evidence=(word, *(() if differs else own.evidence)),
            against=(*own.evidence, *own.against) if differs else own.against,
        ),
    )
