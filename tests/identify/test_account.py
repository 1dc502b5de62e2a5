"""The account of an identity names what spoke for and against it, and what would settle it."""

from __future__ import annotations

from ipaddress import ip_address

from hypothesis import given
from hypothesis import strategies as st

from riskscan.identify import account, identify, load_rules, observed
from riskscan.model import (
    OBSERVATION_KEYS,
    DeviceClass,
    Host,
    Observation,
    Outcome,
    PortState,
    ProbeResult,
    Service,
)

RULES = load_rules()


def host(*texts: str, mac: str | None = None, results: tuple[ProbeResult, ...] = ()) -> Host:
    told = [observed(text) for text in texts]
    ports = tuple(
        Service(int(o.value), o.key[:3], PortState.OPEN) for o in told if o.key.endswith(".open")
    )
    facts = tuple(o for o in told if not o.key.endswith(".open"))
    answered = ProbeResult("any", None, None, Outcome.ANSWERED, facts)
    return Host(ip_address("192.0.2.9"), mac, services=ports, probe_results=(answered, *results))


def test_every_class_that_something_speaks_for_is_named_with_its_evidence() -> None:
    told = account(host("http.title@443=OpenEMR Login", "mysql.version@3306=5.7.33-log"), RULES)

    assert [c.device_class for c in told.candidates] == [
        DeviceClass.EHR_PM_SERVER,
        DeviceClass.SERVER,
    ]
    assert told.candidates[0].evidence[0].observation.value == "OpenEMR Login"
    assert not any(c.contradicts for c in told.candidates)


def test_a_contradiction_is_called_one() -> None:
    told = account(host("http.title@443=OpenEMR Login", mac="00:1a:01:7c:00:25"), RULES)

    contradicting = {c.device_class for c in told.candidates if c.contradicts}
    assert contradicting == {DeviceClass.INFUSION_PUMP}
    assert told.identity.against


def test_what_one_more_observation_would_settle_is_named() -> None:
    told = account(host("dicom.context@104=storage", "dicom.context@104=verification"), RULES)

    assert told.identity.device_class is DeviceClass.IMAGING_WORKSTATION
    assert not [hint for hint in told.hints if hint.key not in OBSERVATION_KEYS]


def test_what_was_held_back_for_safety_is_said() -> None:
    skipped = ProbeResult("http", 80, "tcp", Outcome.SKIPPED_FOR_SAFETY, (), "a fragile device")
    told = account(host(mac="00:1a:01:7c:00:25", results=(skipped,)), RULES)

    assert told.held_back == ("http on port 80: a fragile device",)


@given(
    st.lists(
        st.builds(
            Observation.of,
            st.sampled_from(sorted(OBSERVATION_KEYS)),
            st.sampled_from(["OpenEMR Login", "storage", "SSH-2.0-dropbear", "true", "80", ""]),
            st.sampled_from([None, 80, 104]),
        ),
        max_size=6,
    )
)
def test_the_account_never_differs_from_the_identity(seen: list[Observation]) -> None:
    facts = ProbeResult("any", None, None, Outcome.ANSWERED, tuple(seen))
    one = Host(ip_address("192.0.2.9"), None, probe_results=(facts,))

    assert account(one, RULES).identity == identify(one, RULES).identity
