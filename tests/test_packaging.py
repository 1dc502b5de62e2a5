"""What is shipped is whole: the wheel works in an empty environment, the locks name no address."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

RENDER = """
import datetime as dt, ipaddress as ip, json, pathlib, sys
from riskscan import assess, identify, knowledge, report
from riskscan.model import Host, Observation, Scan, ScanState, Scope, Site
import riskscan
assert "site-packages" in riskscan.__file__, riskscan.__file__
now = dt.datetime(2026, 11, 21, tzinfo=dt.timezone.utc)
rules = identify.load_rules()
host = Host(ip.ip_address("10.0.0.5"), mac="00:03:b1:00:00:01", seen_at=now,
            sightings=(Observation.of("arp.mac", "00:03:b1:00:00:01"),))
scan = Scan("S-1", Site("Wheel Clinic", Scope((ip.ip_network("10.0.0.0/24"),))), now,
            state=ScanState.COMPLETE, ended_at=now, devices=(identify.identify(host, rules),))
known = knowledge.load()
judged = assess.assess(scan, knowledge=known, now=now)
texts = {check: assess.check_text(check) for check in assess.CHECKS}
document = report.compose(scan, judged, checks=texts, knowledge_as_of=known.as_of)
for name, export in report.EXPORTERS.items():
    pathlib.Path(sys.argv[1], f"report.{name}").write_bytes(export(document))
from riskscan.store import Store
with Store.open(pathlib.Path(sys.argv[1], "wheel.db")) as store:
    store.begin(scan)
    store.record(scan.id, scan.devices[0])
    assert store.load(scan.id).devices == scan.devices
"""


def _run(*argv: str | Path) -> str:
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT)
    return next(out.glob("*.whl"))


def test_the_wheel_holds_templates_rules_checklists_migrations_and_font(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()

    for wanted in (
        r"riskscan/report/report_templates/.*\.html$",
        r"riskscan/report/report_templates/.*\.css$",
        r"riskscan/report/report_templates/fonts/.*\.(woff2|ttf)$",
        r"riskscan/identify/rules/.*\.toml$",
        r"riskscan/identify/prefixes/.+",
        r"riskscan/assess/checklists/hipaa-security-rule\.toml$",
        r"riskscan/knowledge/end_of_support\.toml$",
        r"riskscan/lab/practice/answers\.toml$",
        r"riskscan/lab/practice/systems\.csv$",
        r"riskscan/knowledge/known_exploited\.toml$",
        r"riskscan/knowledge/medical_advisories\.toml$",
        r"riskscan/store/migrations/versions/.*\.py$",
        r"\.dist-info/licenses/LICENSE$",
        r"\.dist-info/licenses/LICENSES/OFL-1\.1\.txt$",
    ):
        assert any(re.search(wanted, name) for name in names), wanted
    assert not [name for name in names if name.startswith(("tests/", "fixtures/"))]


def test_the_wheel_renders_a_report_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    home = tmp_path / "env"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    pip = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    _run(*pip, "--require-hashes", "-r", ROOT / "requirements.lock")
    _run(*pip, "--no-deps", wheel)

    _run(python, "-I", "-W", "error::DeprecationWarning:riskscan", "-c", RENDER, tmp_path)

    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF-")
    assert "Wheel Clinic" in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.json").read_text())
    assert _run(home / "bin" / "riskscan", "--version").startswith("riskscan")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_a_lock_file_names_versions_and_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / lock).read_text()
    packages = re.findall(r"^[a-z0-9][\w.-]*==", text, re.MULTILINE)
    pinned = re.findall(r"^[a-z0-9][\w.-]*==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)

    assert not re.search(r"://|index-url|find-links", text)
    assert len(packages) == len(pinned) > 30


def test_every_dependency_is_locked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = (ROOT / "requirements.lock").read_text()

    for requirement in project["dependencies"]:
        name = re.split(r"[<>=]", requirement)[0]
        assert re.search(rf"^{re.escape(name)}==", locked, re.MULTILINE), name
