#!/usr/bin/env bash
# A private PostgreSQL 15 + PostGIS cluster on a free loopback port.
# Usage: .ci/postgis.sh run COMMAND…   starts it, runs the command with GEOAPP_DATABASE_URL set, stops it
#        .ci/postgis.sh start | url | stop
set -euo pipefail
cd "$(dirname "$0")/.."
bin=/usr/lib/postgresql/15/bin
state=var/postgis.state
owner=$(id -un)
# PostgreSQL refuses to run as root: an unprivileged user of its own owns the cluster then.
if [ "$(id -u)" = 0 ]; then
  owner=geoapp-test
  id "$owner" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$owner"
fi
as_owner() { if [ "$(id -u)" = 0 ]; then setpriv --reuid="$owner" --regid="$owner" --clear-groups "$@"; else "$@"; fi; }

start() {
  mkdir -p var
  data=$(mktemp -d "${TMPDIR:-/tmp}/geoapp-pg.XXXXXX")
  chmod 755 "$data"
  [ "$(id -u)" = 0 ] && chown "$owner" "$data"
  port=$(/usr/bin/python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
  cd "$data"
  as_owner "$bin/initdb" -D "$data/db" -U geoapp --auth=trust --encoding=UTF8 --locale=C.UTF-8 >"$data/initdb.log" 2>&1 \
    || { cat "$data/initdb.log" >&2; exit 1; }
  # A chroot may have no /dev/shm, or one for root alone; losing a test database with the machine is no loss.
  shm=posix; as_owner test -w /dev/shm || shm=mmap
  as_owner "$bin/pg_ctl" -D "$data/db" -s -w -t 60 -l "$data/log" -o "-h 127.0.0.1 -p $port -k $data \
    -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=300 -c shared_buffers=256MB \
    -c dynamic_shared_memory_type=$shm" start || { cat "$data/log" >&2; exit 1; }
  cd - >/dev/null
  printf '%s\n%s\n' "$data" "$port" > "$state"
  as_owner "$bin/createdb" -h 127.0.0.1 -p "$port" -U geoapp geoapp
}
url() { printf 'postgis://geoapp@127.0.0.1:%s/geoapp\n' "$(sed -n 2p "$state")"; }
stop() {
  [ -f "$state" ] || return 0
  data=$(sed -n 1p "$state")
  (cd "$data" && as_owner "$bin/pg_ctl" -D "$data/db" -s -m immediate stop) || true
  rm -rf "$data" "$state"
}

case ${1:-} in
  start) start ;;
  url) url ;;
  stop) stop ;;
  run)
    shift
    stop
    trap stop EXIT
    trap 'exit 130' INT TERM
    start
    GEOAPP_DATABASE_URL=$(url) "$@"
    ;;
  *) sed -n 2,4p "$0" >&2; exit 2 ;;
esac
