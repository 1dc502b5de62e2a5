"""The ``riskscan`` command itself: its verbs, its errors, its exit codes."""

from __future__ import annotations

import errno
import os
import sys
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from riskscan import __version__
from riskscan.cli.options import OWN_PROCESS, shed_rights
from riskscan.errors import RiskscanError

VERBS: dict[str, str] = {
    "init": "Write site.toml: the practice, its networks, who allowed the scan.",
    "scan": "Find every device on the network, gently, and remember it.",
    "devices": "List the devices of a scan.",
    "identify": "Say again what the devices of a stored scan are; sends nothing.",
    "findings": "List what is weak, worst first, and say what is to become of it.",
    "checks": "List and explain everything that is looked for.",
    "assess": "Score HIPAA risk and the 54 controls from the evidence.",
    "risks": "List the risks, the highest first, each with its level at best and at worst.",
    "controls": "List the 54 controls: status, how sure that is, and why.",
    "actions": "List what to do, by whom, until when, and when it is done.",
    "interview": "Ask what no scan can see, one question at a time.",
    "register": "Keep the practice's lists: systems, vendors, exceptions and the like.",
    "explain": "Say how a risk, a control or a finding came about, down to the evidence.",
    "replay": "Compute a stored assessment again, and name what differs.",
    "report": "Write the report: PDF, HTML, JSON or CSV.",
    "scans": "List the scans in the database.",
    "demo": "Scan a clinic in a box, and write its report.",
    "knowledge": "Show how old the facts are that findings rest on, and renew them.",
    "rules": "Check fingerprint rules, and try them on what a device said.",
    "completion": "Print a tab-completion script for your shell.",
}
"""Verb to one-line help. The text stands here so that ``--help`` loads no verb's module."""

INTERRUPTED_TWICE = 130

_WITHOUT_DATABASE = ("init", "rules", "checks", "knowledge")
"""Verbs that no right is needed for, and that open no database: the others give theirs up there."""


class RiskscanGroup(click.Group):
    """Loads a verb when it is called, and turns errors into two lines and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        command: click.Command = getattr(import_module(f"riskscan.cli.{cmd_name}"), cmd_name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(VERBS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        # click's own message for a mistyped verb would need every command loaded.
        if args and args[0] not in VERBS and not args[0].startswith("-"):
            close = get_close_matches(args[0], VERBS)
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RiskscanError as error:
            if ctx.params.get("debug"):
                raise
            click.echo(f"error: {error.message}", err=True)
            if error.hint:
                click.echo(f"hint: {error.hint}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo("stopped.", err=True)
            ctx.exit(INTERRUPTED_TWICE)
        except OSError as error:
            if error.errno == errno.EPIPE:  # `riskscan devices | head`
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                ctx.exit(0)
            if error.errno != errno.ENOSPC or ctx.params.get("debug"):
                raise
            click.echo(f"error: the disk is full ({error.filename or 'while writing'})", err=True)
            click.echo("hint: free some space; finished devices are in the database", err=True)
            ctx.exit(3)


@click.group(
    cls=RiskscanGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 fine; 1 findings at or above --fail-on; 2 wrong usage; 3 could not run; "
    "4 incomplete, can be resumed; 130 stopped twice.",
)
@click.version_option(__version__, prog_name="riskscan")
@click.option("--debug", is_flag=True, help="Show a traceback when something goes wrong.")
def cli(debug: bool) -> None:
    """Find every device in a medical practice, and score HIPAA risk from evidence.

    Scan only networks that you are authorised to scan. riskscan is gentle by default, never logs
    in as anybody, and never reads patient data.

    \b
    Example:
      riskscan demo                        see all of it, in a private network
      riskscan init                        describe the practice
      sudo riskscan scan --site site.toml  look at its network
      riskscan report -o practice.pdf      tell the practice manager
    """
    if click.get_current_context().invoked_subcommand in _WITHOUT_DATABASE:
        shed_rights(Path("riskscan.db"))


def main() -> None:
    """Run the command line; never returns."""
    cli(prog_name="riskscan", obj=OWN_PROCESS)
