"""The net under the locks: no two names alike in one scope at one time. PostgreSQL can say it; SQLite cannot."""

from django.db import migrations

from geoapp.core.database import PostgresOnlySQL

FORWARD = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    ALTER TABLE naming_placenameversion ADD CONSTRAINT nam_pnv_no_overlap
    EXCLUDE USING gist (scope WITH =, normalised WITH =, daterange(valid_from, valid_to) WITH &&)
    WHERE (act_out IS NULL AND NOT existing_duplicate AND scope IS NOT NULL)
    """,
]
BACKWARD = ["ALTER TABLE naming_placenameversion DROP CONSTRAINT nam_pnv_no_overlap"]


class Migration(migrations.Migration):
    """Adds the exclusion constraint."""

    dependencies = [("naming", "0001_initial")]

    operations = [PostgresOnlySQL(sql=FORWARD, reverse_sql=BACKWARD)]
