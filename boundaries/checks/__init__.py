"""The boundary rules: one rule, one file; the file's name is the rule's code. Importing this loads them all."""

from importlib import import_module
from pkgutil import iter_modules

from boundaries.checks.registry import RULES

for _module in sorted(info.name for info in iter_modules(__path__)):
    if _module.startswith("v_"):
        import_module(f"{__name__}.{_module}")

__all__ = ["RULES"]
