"""The shape of the code holds: registries are complete, and help stays instant."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from riskscan.cli.group import VERBS, cli

ROOT = Path(__file__).parent.parent
HEAVY = ("scapy", "sqlmodel", "sqlalchemy", "weasyprint", "jinja2", "pynetdicom", "pysnmp", "nmap")


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(argument: str) -> None:
    code = (
        "import sys\n"
        "from riskscan.cli import cli\n"
        f"try: cli(['{argument}'])\n"
        "except SystemExit as end: assert not end.code\n"
        f"loaded = sorted(set({HEAVY!r}) & set(sys.modules))\n"
        "assert not loaded, loaded\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr


def test_every_verb_has_a_module_and_every_module_with_a_command_is_a_verb() -> None:
    folder = ROOT / "riskscan" / "cli"
    verbs = {path.stem for path in folder.glob("*.py") if "@click." in path.read_text()} - {
        "group",
        "options",
        "correct",  # riskscan devices set
        "decide",  # riskscan findings set
        "follow",  # riskscan actions set, riskscan risks accept
    }

    assert verbs == set(VERBS)


def _commands() -> list[list[str]]:
    return [[verb] for verb in VERBS] + [
        *(["rules", word] for word in ("verify", "match", "coverage")),
        *(["devices", word] for word in ("show", "set")),
        *(["findings", word] for word in ("show", "set")),
        ["checks", "show"],
        ["actions", "set"],
        ["risks", "accept"],
        *(
            ["register", "vendors", word]
            for word in ("list", "add", "edit", "remove", "history", "import", "export")
        ),
        *(["knowledge", word] for word in ("status", "update", "import", "export")),
    ]


@pytest.mark.parametrize("words", _commands(), ids=" ".join)
def test_every_command_shows_an_example_in_its_help(words: list[str]) -> None:
    shown = CliRunner().invoke(cli, [*words, "--help"])

    assert shown.exit_code == 0, shown.output
    assert "Example:" in shown.output
    assert f"riskscan {' '.join(words)}" in shown.output


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_stands_in_the_readme(verb: str) -> None:
    assert f"riskscan {verb}" in (ROOT / "README.md").read_text()


def test_no_file_names_this_machine_or_a_registry() -> None:
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if tracked.returncode:
        pytest.skip("not a git checkout")
    wrong = [
        name
        for name in tracked.stdout.split("\0")
        if name.endswith((".py", ".toml", ".md", ".lock", ".sh", ".html", ".css"))
        and (ROOT / name).exists()
        and str(ROOT) + "/" in (ROOT / name).read_text(errors="replace")
    ]

    assert wrong == []
