"""Many rows far away, so that PostgreSQL plans as it does for a city and not as for an empty table."""

from __future__ import annotations

from django.db import connection

from geoapp.ogc.layers import GEOMETRY, IDENT, ROW


def crowd(table: str, many: int = 3000) -> None:
    """Copy the first row of a published table ``many`` times, ever farther east, and let PostgreSQL count them."""
    with connection.cursor() as cursor:
        names = [one.name for one in connection.introspection.get_table_description(cursor, table)]
        names.remove(ROW)
        made = {IDENT: "gen_random_uuid()", GEOMETRY: f"ST_Translate({GEOMETRY}, 5 + n * 0.001, 0)"}
        wanted, given = ", ".join(names), ", ".join(made.get(name, name) for name in names)
        cursor.execute(
            f"INSERT INTO {table} ({wanted}) SELECT {given} "
            f"FROM (SELECT * FROM {table} LIMIT 1) AS one, generate_series(1, %s) AS n",
            [many],
        )
        cursor.execute(f"ANALYZE {table}")
