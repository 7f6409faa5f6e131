#!/usr/bin/env bash
# Runs the steps of `make test` one after the other, stops at the first that fails, prints how long each took.
set -uo pipefail
cd "$(dirname "$0")/.."
times=""
for step in "$@"; do
  echo "── $step"
  begin=$(date +%s)
  if ! make --no-print-directory "$step"; then
    printf '%s\n%-18s 失败\n' "$times" "$step"
    exit 1
  fi
  times+=$(printf '%-18s %4d s' "$step" $(($(date +%s) - begin)))$'\n'
done
printf '\n%s' "$times"
echo "全部通过"
