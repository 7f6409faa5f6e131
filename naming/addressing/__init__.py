"""Standard addresses without a database: their parts, their text, parsing, numbering (domain.md 5.2, 5.3)."""
