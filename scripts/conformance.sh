#!/usr/bin/env bash
# Runs the public suite scim2-tester against the SCIM endpoint, and exits 1 unless none of its checks fails:
#   npm run conformance                           against a fresh Rolecall on this machine, in memory
#   npm run conformance -- <ScimBaseUrl> <token>  against another instance; whatever the suite creates it deletes again
# CONFORMANCE_REPORT names a file for the counts. What is fetched from PyPI is kept outside the tree.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

fail() {
  printf 'npm run conformance: %s\n' "$1" >&2
  exit 1
}
[ $# -eq 0 ] || [ $# -eq 2 ] || fail 'give a SCIM base URL and a token, or neither'

# Written out, so that the same suite judges every commit.
packages='scim2-tester==0.5.2 scim2-client==0.13.2 scim2-models==0.12.3 httpx2==2.16.2 pydantic==2.14.3'

command -v python3 >/dev/null || fail 'needs python3 (3.11 or newer) on the PATH'
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "needs Python 3.11 or newer, found $(python3 --version)"

work=$(mktemp -d "${TMPDIR:-/tmp}/rolecall-conformance.XXXXXX")
house=
cleanup() {
  if [ -n "$house" ]; then
    kill "$house" 2>/dev/null || true
    wait "$house" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

key=$(printf '%s %s' "$(python3 --version)" "$packages" | cksum | cut -d ' ' -f 1)
cache="${XDG_CACHE_HOME:-${HOME:-$work}/.cache}/rolecall/scim2-tester-$key"
python="$cache/bin/python"
if [ ! -x "$python" ]; then
  echo 'Fetching scim2-tester 0.5.2 from PyPI (once) …' >&2
  python3 -m venv "$work/venv" || fail 'python3 cannot make an environment: install its venv module (Debian: python3-venv)'
  # shellcheck disable=SC2086 # a list of words
  "$work/venv/bin/python" -m pip install --quiet --disable-pip-version-check $packages >&2 ||
    fail 'pip could not install scim2-tester: is the package registry reachable?'
  mkdir -p "$(dirname "$cache")"
  # The name appears when everything is there; whoever comes second throws theirs away.
  mv -T "$work/venv" "$cache" 2>/dev/null || python="$work/venv/bin/python"
fi

if [ $# -eq 2 ]; then
  url=$1
  token=$2
else
  token="conformance-$$-$(node -p 'crypto.randomUUID()')"
  ROLECALL_DATA=memory ROLECALL_DEMO_TOKEN="$token" PORT=0 SIMULATORS_PORT=0 node infra/local/start.ts >"$work/log" 2>&1 &
  house=$!
  url=
  tries=0
  until [ -n "$url" ] && node -e "fetch(new URL('/health', '$url')).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"; do
    tries=$((tries + 1))
    if [ "$tries" -gt 120 ] || ! kill -0 "$house" 2>/dev/null; then
      cat "$work/log" >&2
      fail 'Rolecall did not start; its output is above'
    fi
    sleep 0.5
    url=$(sed -n 's/^ *SCIM base URL  *//p' "$work/log")
  done
fi

printf 'scim2-tester 0.5.2 against %s\n\n' "$url"
"$python" scripts/conformance.py "${url%/}" "$token" ${CONFORMANCE_REPORT:+"$CONFORMANCE_REPORT"}
