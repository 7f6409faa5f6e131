"""Readings, sound keys, splitting and spelling of Chinese place names. Pure: no database, no Django."""
