"""How much the feed tells at once."""

DEFAULT_LIMIT, MAX_LIMIT = 100, 1000
"""Acts on a page."""
DEFAULT_CHANGES, MAX_CHANGES = 1000, 5000
"""Published rows put in or taken out on a page; an act that changes more is told in parts."""
PEOPLE_LIMIT, PEOPLE_CHANGES = 50, 200
"""Acts and changes on a page for people."""
