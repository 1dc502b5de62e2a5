"""The command line: one thin module per verb.

A command parses, calls one function of :mod:`riskscan.pipeline`, shows what comes back and sets
the exit status. One decision: ``riskscan --help`` must be instant, so a verb's module imports
only click, and the pipeline is imported inside the command that runs.
May import: everything. The only package that talks to the terminal.
"""

from riskscan.cli.group import cli, main

__all__ = ["cli", "main"]
