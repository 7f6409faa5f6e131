"""The demo city as plain values: units, built-up areas, streets, doors. Pure; everything is 示意."""
