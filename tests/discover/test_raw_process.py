"""The holder of the raw sockets does its jobs and nothing else."""

from __future__ import annotations

import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import raw_bench

from riskscan.discover.brake import Brake
from riskscan.discover.raw import messages
from riskscan.discover.raw.channel import Channel
from riskscan.discover.raw.jobs import JOBS
from riskscan.discover.raw.process import Process
from riskscan.model import Scope

EMPTY = {"session": messages.session_message(Scope(()), ())}


def _say_twice(_session: object, params: dict[str, Any], emit: Any, _brake: Brake) -> None:
    emit({"first": params})
    emit({"second": 2})


def _until_stopped(_session: object, _params: object, emit: Any, brake: Brake) -> None:
    emit({"running": True})
    brake.wait(60)


class Asker:
    """The other side of a process that is a thread of this one."""

    def __init__(self, jobs: Any) -> None:
        self._ours, theirs = socket.socketpair()
        self._ours.settimeout(10)
        self._channel = Channel(self._ours)
        self._lines = self._channel.lines()
        self.ended_by: Exception | None = None
        self.process = Process(Channel(theirs), jobs)
        self.thread = threading.Thread(target=self._serve, args=(theirs,), daemon=True)
        self.thread.start()

    def _serve(self, theirs: socket.socket) -> None:
        try:
            self.process.serve()
        except Exception as error:
            self.ended_by = error
        theirs.close()

    def ask(self, message: dict[str, Any], answers: int = 1) -> list[dict[str, Any]]:
        self._channel.send(message)
        return [next(self._lines) for _ in range(answers)]

    def write(self, octets: bytes) -> None:
        self._ours.sendall(octets)

    def close(self) -> None:
        self._channel.close()
        self.thread.join(5)


@pytest.fixture
def asker() -> Iterator[Asker]:
    made = Asker({**JOBS, "say-twice": _say_twice, "until-stopped": _until_stopped})
    yield made
    made.close()


def _job(number: int, name: str, **params: Any) -> dict[str, Any]:
    return {"id": number, "job": name, "params": params}


def test_a_job_says_what_it_finds_and_then_that_it_has_ended(asker: Asker) -> None:
    asker.ask(EMPTY, 0)
    assert asker.ask(_job(5, "say-twice", x=1), 3) == [
        {"id": 5, "said": {"first": {"x": 1}}},
        {"id": 5, "said": {"second": 2}},
        {"id": 5, "end": True},
    ]


def test_a_second_session_is_refused(asker: Asker) -> None:
    wider = {"session": {**EMPTY["session"], "include": ["10.0.0.0/8"]}}
    asker.ask(EMPTY, 0)
    (answer,) = asker.ask(wider)
    assert "once" in answer["refused"]
    assert asker.process._session is not None
    assert asker.process._session.scope == Scope(())


def test_nothing_is_done_before_a_session(asker: Asker) -> None:
    (answer,) = asker.ask(_job(1, "say-twice"))
    assert answer["fault"]["kind"] == "not-understood"


@pytest.mark.parametrize("name", ["os.system", "", "__class__", 7, None, ["ports"]])
def test_what_is_not_a_job_is_refused(asker: Asker, name: Any) -> None:
    asker.ask(EMPTY, 0)
    (answer,) = asker.ask(_job(1, name))
    assert answer == {"id": 1, "fault": {"kind": "not-understood", "text": "there is no such job"}}


@pytest.mark.parametrize("job", ["ports", "nmap"])
def test_an_address_out_of_scope_is_refused_before_any_socket_is_opened(
    asker: Asker, job: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_args: object, **_kwargs: object) -> None:
        raise AssertionError("it began")

    monkeypatch.setattr("riskscan.discover.raw.session.PortEngine", never)
    monkeypatch.setattr("riskscan.discover.raw.nmap_job.run", never)
    asker.ask(EMPTY, 0)
    question = {"address": "127.0.0.1", "tcp": [80], "udp": [], "pps": 5, "tries": 1}
    question |= {"udp_payload": False, "most": 1, "decoys": False, "once": [], "tried": []}
    (answer,) = asker.ask(_job(1, job, **question))
    assert "not in scope" in answer["fault"]["text"]


def test_a_neighbour_elsewhere_is_not_introduced(asker: Asker) -> None:
    asker.ask(EMPTY, 0)
    params = {"interface": "lo", "address": "127.0.0.1", "mac": "02:00:00:00:00:01"}
    (answer,) = asker.ask(_job(1, "introduce", **params))
    assert "not a neighbour" in answer["fault"]["text"]


def test_a_caller_that_walks_away_ends_its_job_and_no_other(asker: Asker) -> None:
    asker.ask(EMPTY, 0)
    asker.ask(_job(1, "until-stopped"))
    asker.ask(_job(2, "until-stopped"))
    assert asker.ask({"cancel": 1}) == [{"id": 1, "fault": {"kind": "stopped"}}]
    assert list(asker.process._running) == [2]


@pytest.mark.parametrize(
    "octets",
    [b"rm -rf /\n", b"[1]\n", b'{"id":1}\n', b'{"id":1,"job":"ports","params":{},"argv":[]}\n'],
)
def test_what_is_no_request_ends_the_process(asker: Asker, octets: bytes) -> None:
    asker.ask(EMPTY, 0)
    asker.write(octets)
    asker.thread.join(5)
    assert isinstance(asker.ended_by, ValueError)


# the process itself, in a network namespace of its own


@pytest.fixture(scope="module", autouse=True)
def _namespaces() -> None:
    if subprocess.run([*raw_bench.SHARE, "true"], capture_output=True, check=False).returncode:
        pytest.skip("this kernel lets no unprivileged process make a namespace")


@pytest.mark.lab
def test_it_keeps_two_capabilities_and_nothing_else() -> None:
    status = raw_bench.bench("status")
    for kind in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"):
        assert int(status[kind], 16) == 1 << 12 | 1 << 13, kind
    assert status["NoNewPrivs"] == "1"
    if os.geteuid() == 0:  # a namespace of one user knows nobody else to become
        assert status["Uid"].split() == ["65534"] * 4
        assert status["Groups"] == ""


@pytest.mark.lab
def test_it_ends_with_its_asker_and_takes_its_children_along() -> None:
    result = raw_bench.bench("asker_killed")
    assert result["children"] >= 1, "nmap was running"
    assert result["left"] == []


@pytest.mark.lab
def test_when_it_is_killed_every_caller_is_told_at_once() -> None:
    result = raw_bench.bench("killed")
    assert result["errors"] == ["RawSocketsLost"] * 8
    assert "signal" in result["text"] or "status" in result["text"]
    assert "--resume" in result["hint"]
    assert result["after"] == "RawSocketsLost"


@pytest.mark.lab
def test_many_callers_are_answered_each_with_its_own() -> None:
    result = raw_bench.bench("many")
    assert result["answers"] == [[port, port + 1] for port in range(1, 65)]


@pytest.mark.lab
def test_garbage_ends_the_real_one_too() -> None:
    result = raw_bench.bench("garbage")
    assert result["status"] == 3
    assert "refused" in result["last"]


@pytest.mark.lab
def test_ctrl_c_on_the_terminal_is_not_for_it() -> None:
    assert raw_bench.bench("interrupted") == {"alive": True}
