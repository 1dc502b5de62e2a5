"""The registry of exporters."""

from __future__ import annotations

import pkgutil

from riskscan.report import EXPORTERS, exporters


def test_every_module_of_the_folder_is_in_the_registry_under_its_name() -> None:
    modules = {module.name for module in pkgutil.iter_modules(exporters.__path__)}

    assert set(EXPORTERS) == modules
    assert {name: e.__module__ for name, e in EXPORTERS.items()} == {
        name: f"riskscan.report.exporters.{name}" for name in modules
    }
