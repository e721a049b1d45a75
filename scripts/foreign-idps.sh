#!/usr/bin/env bash
# Logs in at other people's identity providers, on this machine:
#   scripts/foreign-idps.sh simplesamlphp    SimpleSAMLphp of Debian, in PHP's own web server
#   scripts/foreign-idps.sh pysaml2          pysaml2 of Debian, which signs and encrypts with xmlsec1
# What is missing is installed by apt-get; nothing is configured outside a scratch folder. TEST_REPORT names a file for the counts.
set -eu
cd "$(dirname "$0")/.."
export PATH="$PWD/node_modules/.bin:$PATH"

fail() {
  printf 'scripts/foreign-idps.sh: %s\n' "$1" >&2
  exit 1
}

which=${1:-}
# Debian's own Python, which has Debian's modules; another one may come first on the PATH.
python=/usr/bin/python3
case "$which" in
  simplesamlphp)
    packages='simplesamlphp php-cli php-xml php-mbstring openssl'
    there() { command -v php && [ -f /usr/share/simplesamlphp/lib/_autoload.php ] && command -v openssl; }
    export SIMPLESAMLPHP=/usr/share/simplesamlphp
    ;;
  pysaml2)
    packages='python3-pysaml2 xmlsec1 openssl'
    there() { "$python" -c 'import saml2' && command -v xmlsec1 && command -v openssl; }
    export PYSAML2_PYTHON="$python"
    ;;
  *) fail 'simplesamlphp or pysaml2?' ;;
esac

if ! there >/dev/null 2>&1; then
  command -v apt-get >/dev/null || fail "needs $packages"
  [ "$(id -u)" -eq 0 ] || fail "needs $packages: sudo apt-get install --no-install-recommends $packages"
  echo "Installing $packages …" >&2
  export DEBIAN_FRONTEND=noninteractive
  # shellcheck disable=SC2086 # a list of words
  { apt-get update && apt-get install -y --no-install-recommends $packages; } >/tmp/foreign-idps-apt.$$ 2>&1 ||
    { cat /tmp/foreign-idps-apt.$$ >&2; fail "apt-get could not install $packages"; }
  rm -f /tmp/foreign-idps-apt.$$
fi

exec vitest run "test/foreign/$which"
