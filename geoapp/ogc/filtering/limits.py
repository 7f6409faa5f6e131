"""How much one filter may ask, in every language filters are written in."""

from __future__ import annotations

MAX_NODES = 2_000
"""Operators and operands in one filter."""
MAX_DEPTH = 50
MAX_VERTICES = 20_000
LONGEST_VERTEX = 100
"""Characters of one, with its blanks."""
MAX_WILDCARDS = 16
MAX_PATTERN = 1_000
MAX_TEXT = 60_000
"""Characters of one filter."""
LONGEST_S = 5.0
"""How long the database may look for the rows of a request."""
