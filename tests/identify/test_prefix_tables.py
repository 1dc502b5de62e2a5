"""The shipped tables hold together, and the script that rebuilds them does so from its input."""

from __future__ import annotations

import gzip
import re
import tomllib
from datetime import date
from importlib.machinery import SourceFileLoader
from importlib.resources import files
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from riskscan.identify.makers import (
    enterprises,
    medical_prefixes,
    module_prefixes,
    name_pattern,
    ordinary_maker,
    other_makers,
)
from riskscan.identify.registry import packed_rows
from riskscan.identify.vendor import origin
from riskscan.model import Policy

TABLES = files("riskscan.identify").joinpath("prefixes")
SCRIPT = Path(__file__).parents[2] / "scripts" / "update_mac_prefixes"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    loader = SourceFileLoader("update_mac_prefixes", str(SCRIPT))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    loader.exec_module(module)
    monkeypatch.setattr(module, "HERE", tmp_path)
    return module


def test_the_counts_and_the_date_are_those_of_the_data() -> None:
    told = tomllib.loads(TABLES.joinpath("source.toml").read_text())
    assert date.fromisoformat(told["as_of"]) >= date(2026, 10, 24)
    assert told["blocks_24_bit"] == len(list(packed_rows("ma-l.txt.gz"))) > 39_000
    assert told["blocks_28_and_36_bit"] == len(list(packed_rows("ma-m-s.txt.gz"))) > 18_000


def test_the_tables_stay_small() -> None:
    assert sum(len(part.read_bytes()) for part in TABLES.iterdir()) < 1_000_000


def test_medical_and_module_blocks_do_not_overlap() -> None:
    blocks = [*medical_prefixes(), *module_prefixes()]
    assert len(blocks) == len(set(blocks)) > 450
    for block in blocks:
        assert not any(other != block and other.startswith(block) for other in blocks), block


def test_most_medical_blocks_are_narrower_than_24_bits() -> None:
    """What a table of 24-bit blocks alone would miss."""
    narrow = [prefix for prefix in medical_prefixes() if len(prefix) > 6]
    assert len(narrow) / len(medical_prefixes()) > 0.5


def test_modules_are_registered() -> None:
    for prefix in module_prefixes():
        known = origin(prefix + "000000")
        assert known is not None
        assert known.holder, prefix


def test_every_other_maker_holds_a_block() -> None:
    rows = [*packed_rows("ma-l.txt.gz"), *packed_rows("ma-m-s.txt.gz")]
    text = "\n".join(sorted({holder.decode() for _prefix, holder in rows}))
    for begins, maker in other_makers().items():
        found = re.search("(?m)" + name_pattern(begins), text)
        assert found, begins
        assert ordinary_maker(text[found.start() :].partition("\n")[0]) is not None, maker


def test_medical_makers_are_never_in_the_normal_lane() -> None:
    assert all(maker.policy is Policy.FRAGILE for maker in medical_prefixes().values())
    medical = [m for m in enterprises().values() if m.device_class and m.device_class.is_medical]
    assert len(medical) > 40
    assert all(maker.policy is Policy.FRAGILE for maker in medical)


SAMPLE = """# a comment
00:0F:14\tMindray\tMindray Co., Ltd.
8C:1F:64\tIEEERegistra\tIEEE Registration Authority
8C:1F:64:B7:70/36\tCarestream\tCarestream Dental  LLC
20:B3:7F:30/28\tQTmedical\tQT medical inc
70:B3:D5:FF:F0:00/36\tPrivate\tPrivate
"""


def test_the_script_keeps_prefix_and_full_name_only(script: ModuleType, tmp_path: Path) -> None:
    manuf = tmp_path / "manuf"
    manuf.write_text(SAMPLE)
    script.main(manuf, "2026-10-24")
    wide = gzip.decompress((tmp_path / "ma-l.txt.gz").read_bytes())
    narrow = gzip.decompress((tmp_path / "ma-m-s.txt.gz").read_bytes())
    assert wide == b"000F14:Mindray Co., Ltd.\n"
    assert narrow == b"20B37F3:QT medical inc\n8C1F64B77:Carestream Dental LLC\n"


def test_the_script_makes_the_same_bytes_every_time(script: ModuleType, tmp_path: Path) -> None:
    manuf = tmp_path / "manuf"
    manuf.write_text(SAMPLE)
    script.main(manuf, "2026-10-24")
    first = (tmp_path / "ma-l.txt.gz").read_bytes()
    script.main(manuf, "2026-10-24")
    assert (tmp_path / "ma-l.txt.gz").read_bytes() == first


def test_the_script_wants_a_date(script: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="date"):
        script.main(tmp_path / "manuf", "yesterday")
