"""The rules about addresses: one rule, one file; the file's name is the rule's code. Importing this loads them all."""

from importlib import import_module
from pkgutil import iter_modules

from naming.address_checks import local_values
from naming.address_checks.registry import RULES

_SUPPORT = {"registry", "proposal", "words", "memory", "ground", local_values.__name__.rpartition(".")[2]}

for _module in sorted(info.name for info in iter_modules(__path__)):
    if _module not in _SUPPORT:
        import_module(f"{__name__}.{_module}")

__all__ = ["RULES"]
