"""The lab as its user holds it: hosts that are processes, with servers that speak."""

from __future__ import annotations

from collections.abc import Sequence

from riskscan.lab.clinic import SCANNER
from riskscan.lab.held import Held
from riskscan.lab.host import LabHost
from riskscan.lab.line import Line


class Lab(Held):
    """A network of hosts in private namespaces, up between ``with`` and its end.

    ``scanner`` is one host more, without servers, from whose place programs look at the others.
    Its cable may be a bad one: what passes between it and all the others then passes ``line``.
    """

    program = "riskscan.lab.holder"

    def __init__(
        self, hosts: Sequence[LabHost], scanner: LabHost = SCANNER, line: Line | None = None
    ) -> None:
        super().__init__()
        self.hosts = tuple(hosts)
        self.scanner = scanner
        self.line = line

    def blueprint(self) -> object:
        """Return the scanner and its hosts, and the line between them."""
        return (self.scanner, *self.hosts), self.line
