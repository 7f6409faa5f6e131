"""The other servers: how each is set up and started on loopback, with two processes that answer.

Every one gets what its documentation advises for speed: persistent connections, as few decimals as ours (nine), no
compression unless asked, event loop and parser in C where there is a choice.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geoapp.ogc.layers import LAYERS
from tests.bench.serving.processes import Running, free_port
from tests.bench.serving.store import PEERED, SCHEMA

WORKERS, THREADS = "2", "4"
ROOT = Path(__file__).resolve().parents[3]
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Site:
    """Where things are: a folder to write to, the other servers' environment, the database (loopback)."""

    work: Path
    peers: Path
    host: str
    port: str
    name: str
    user: str


Start = Callable[[Site, Running], str]
"""Starts a server and returns the address it answers at."""


def _environment(**more: str) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR")
    return {key: os.environ[key] for key in kept if key in os.environ} | more


def _gunicorn(python: Path, application: str, port: int) -> list[str]:
    command = [str(python), "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", WORKERS, "--threads", THREADS, "--keep-alive", "60"]
    return [*command, "--timeout", "300", "--log-level", "warning"]


def ours(url: str) -> Start:
    """Return how our service is started on a database, without limits that a benchmark would run into."""

    def start(site: Site, running: Running) -> str:
        port = free_port()
        environment = dict(os.environ) | {
            "GEOAPP_DATABASE_URL": url,
            "GEOAPP_RATE_PER_MINUTE": "100000000",
            "GEOAPP_KEEP_CONNECTIONS_S": "600",
            "GEOAPP_REQUESTS_AT_ONCE": "64",
            "GEOAPP_STATE_DIR": str(site.work / "state"),
        }
        command = _gunicorn(Path(sys.executable), "geoapp.wsgi", port)
        running.start(command, site.work / "ours.log", cwd=ROOT, env=environment)
        return f"http://127.0.0.1:{port}"

    return start


def gisserver(site: Site, running: Running) -> str:
    """Start django-gisserver in a site of its own."""
    port = free_port()
    environment = _environment(
        BENCH_HOST=site.host, BENCH_PORT=site.port, BENCH_NAME=site.name, BENCH_USER=site.user
    )
    command = _gunicorn(site.peers / "bin" / "python", "gisserver_site:application", port)
    running.start(command, site.work / "gisserver.log", cwd=HERE, env=environment)
    return f"http://127.0.0.1:{port}"


def tipg(site: Site, running: Running) -> str:
    """Start tipg."""
    port = free_port()
    environment = _environment(
        DATABASE_URL=f"postgresql://{site.user}@{site.host}:{site.port}/{site.name}",
        TIPG_DB_SCHEMAS=json.dumps([SCHEMA]),
        TIPG_DB_FUNCTIONS="[]",
        TIPG_CATALOG_TTL="0",
        TIPG_TILE_BUFFER="64",
        TIPG_MAX_FEATURES_PER_QUERY="10000",
        DB_MIN_CONN_SIZE="2",
        DB_MAX_CONN_SIZE="4",
        PGOPTIONS="-c max_parallel_workers_per_gather=0 -c jit=off",
    )
    command = [str(site.peers / "bin" / "uvicorn"), "tipg.main:app", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--workers", WORKERS, "--loop", "uvloop", "--http", "httptools"]
    command += ["--no-access-log", "--log-level", "warning"]
    running.start(command, site.work / "tipg.log", cwd=site.work, env=environment)
    return f"http://127.0.0.1:{port}"


def pygeoapi(site: Site, running: Running) -> str:
    """Start pygeoapi."""
    port = free_port()
    resources = {ident: _resource(site, ident) for ident in PEERED}
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": port},
            "url": f"http://127.0.0.1:{port}",
            "mimetype": "application/json; charset=UTF-8",
            "encoding": "utf-8",
            "gzip": False,
            "languages": ["en-US"],
            "pretty_print": False,
            "limits": {"default_items": 10, "max_items": 10_000},
            "map": {"url": "http://127.0.0.1/none", "attribution": "none"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {
                "title": {"en": "bench"},
                "description": {"en": "bench"},
                "keywords": {"en": ["bench"]},
                "keywords_type": "theme",
                "terms_of_service": "none",
                "url": "http://127.0.0.1",
            },
            "license": {"name": "none", "url": "http://127.0.0.1"},
            "provider": {"name": "bench", "url": "http://127.0.0.1"},
            "contact": {"name": "bench"},
        },
        "resources": resources,
    }
    file, document = site.work / "pygeoapi.json", site.work / "pygeoapi-openapi.json"
    file.write_text(json.dumps(config), encoding="utf-8")  # JSON is YAML
    environment = _environment(PYGEOAPI_CONFIG=str(file), PYGEOAPI_OPENAPI=str(document))
    made = subprocess.run(
        [
            str(site.peers / "bin" / "pygeoapi"), "openapi", "generate", str(file), "--format", "json",
            "--output-file", str(document),
        ],
        env=environment,
        capture_output=True,
        timeout=120,
        check=False,
    )  # fmt: skip
    if made.returncode:
        raise SystemExit(f"pygeoapi: {made.stderr.decode(errors='replace')[-600:]}")
    command = _gunicorn(site.peers / "bin" / "python", "pygeoapi.flask_app:APP", port)
    running.start(command, site.work / "pygeoapi.log", cwd=site.work, env=environment)
    return f"http://127.0.0.1:{port}"


def _resource(site: Site, ident: str) -> dict[str, object]:
    return {
        "type": "collection",
        "title": ident,
        "description": ident,
        "keywords": ["bench"],
        "links": [],
        "extents": {"spatial": {"bbox": [-180, -90, 180, 90]}},
        "providers": [
            {
                "type": "feature",
                "name": "PostgreSQL",
                "data": {
                    "host": site.host,
                    "port": site.port,
                    "dbname": site.name,
                    "user": site.user,
                    "password": "none",
                    "search_path": [SCHEMA, "public"],
                },
                "options": {"options": "-c max_parallel_workers_per_gather=0 -c jit=off"},
                "id_field": "id",
                "table": ident,
                "geom_field": "geom",
            }
        ],
    }


def mapserver(site: Site, running: Running) -> str:
    """Start MapServer: two FastCGI processes on one socket, nginx before them."""
    port, inner = free_port(), socket.socket()
    inner.bind(("127.0.0.1", 0))
    inner.listen(64)
    mapfile = site.work / "bench.map"
    mapfile.write_text(_mapfile(site, port), encoding="utf-8")
    config = site.work / "mapserver.conf"
    config.write_text('CONFIG\n  ENV\n    MS_MAP_PATTERN "."\n  END\nEND\n', encoding="utf-8")
    environment = _environment(
        MAPSERVER_CONFIG_FILE=str(config),
        PGOPTIONS="-c max_parallel_workers_per_gather=0 -c jit=off",
    )
    for _number in range(int(WORKERS)):  # as FastCGI has it: the listening socket is standard input
        running.start(["mapserv"], site.work / "mapserver.log", stdin=inner.fileno(), env=environment)
    fastcgi = inner.getsockname()[1]
    inner.close()
    nginx = site.work / "nginx.conf"
    nginx.write_text(_nginx(site.work, mapfile, port, fastcgi), encoding="utf-8")
    running.start(["nginx", "-c", str(nginx), "-e", str(site.work / "nginx.log")], site.work / "nginx.out")
    return f"http://127.0.0.1:{port}"


def _nginx(work: Path, mapfile: Path, port: int, fastcgi: int) -> str:
    # No kept connections to FastCGI: a process serves one connection until it closes, others would wait for ever.
    passed = "".join(
        f"      fastcgi_param {name} ${name.lower()};\n"
        for name in ("QUERY_STRING", "REQUEST_METHOD", "SERVER_NAME")
    )
    places = "".join(
        f"  {name}_temp_path {work / 'nginx'};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    return (
        f"daemon off;\nworker_processes 1;\npid {work / 'nginx.pid'};\nerror_log {work / 'nginx.log'} warn;\n"
        + ("user root;\n" if os.getuid() == 0 else "")
        + "events { worker_connections 256; }\n"
        f"http {{\n  access_log off;\n  keepalive_requests 1000000;\n{places}"
        f"  server {{\n    listen 127.0.0.1:{port};\n    location /wfs {{\n      fastcgi_pass 127.0.0.1:{fastcgi};\n"
        f"      fastcgi_buffers 64 64k;\n      fastcgi_buffer_size 64k;\n"
        f"      fastcgi_busy_buffers_size 256k;\n      fastcgi_max_temp_file_size 0;\n{passed}"
        f"      fastcgi_param SERVER_PORT {port};\n      fastcgi_param SCRIPT_NAME /wfs;\n"
        f"      fastcgi_param MS_MAPFILE {mapfile};\n    }}\n  }}\n}}\n"
    )


def _mapfile(site: Site, port: int) -> str:
    layers = "".join(_maplayer(site, ident) for ident in PEERED)
    return f"""MAP
  NAME "bench"
  SIZE 100 100
  UNITS DD
  EXTENT -180 -90 180 90
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT
    NAME "geojson"
    DRIVER "OGR/GEOJSON"
    MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE"
    FORMATOPTION "LCO:COORDINATE_PRECISION=9"
  END
  WEB
    METADATA
      "wfs_title" "bench"
      "wfs_onlineresource" "http://127.0.0.1:{port}/wfs?"
      "wfs_srs" "EPSG:4326"
      "wfs_enable_request" "*"
      "wfs_geometry_precision" "9"
      "wfs_getfeature_formatlist" "geojson"
    END
  END
{layers}END
"""


def _maplayer(site: Site, ident: str) -> str:
    kind = "POINT" if LAYERS[ident].shape == "Point" else "POLYGON"
    return f"""  LAYER
    NAME "{ident}"
    TYPE {kind}
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "host={site.host} port={site.port} dbname={site.name} user={site.user}"
    DATA "geom FROM {SCHEMA}.{ident} USING UNIQUE id USING SRID=4326"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    PROJECTION "init=epsg:4326" END
    METADATA
      "wfs_title" "{ident}"
      "gml_include_items" "all"
      "gml_featureid" "id"
      "gml_types" "auto"
      "wfs_geometry_precision" "9"
      "wfs_use_default_extent_for_getfeature" "false"
    END
  END
"""
