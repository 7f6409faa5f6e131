"""Boundary rules: one rule, one file. Importing this package enters all of them into ``RULES``."""

from boundaries.checks.registry import RULES

__all__ = ["RULES"]
