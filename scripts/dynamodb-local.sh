#!/bin/sh
# Runs a command against Amazon's own DynamoDB Local (Maven Central, Java 17 or newer, in memory):
#   scripts/dynamodb-local.sh npx vitest run test/store
# The command sees DYNAMODB_ENDPOINT; its exit code is this script's. The download is kept outside the tree.
set -eu

version=2.6.1
cache="${XDG_CACHE_HOME:-$HOME/.cache}/rolecall/dynamodb-local-$version"

for tool in java mvn node; do
  command -v "$tool" >/dev/null || { echo "scripts/dynamodb-local.sh needs $tool on the PATH" >&2; exit 1; }
done
[ $# -gt 0 ] || { echo "usage: scripts/dynamodb-local.sh <command> [arguments]" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/rolecall-dynamodb.XXXXXX")
server=
cleanup() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ ! -d "$cache" ]; then
  echo "Fetching DynamoDB Local $version from Maven Central (once) …" >&2
  mkdir -p "$(dirname "$cache")"
  cat >"$work/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>rolecall</groupId>
  <artifactId>dynamodb-local</artifactId>
  <version>1</version>
  <packaging>pom</packaging>
  <dependencies>
    <dependency>
      <groupId>com.amazonaws</groupId>
      <artifactId>DynamoDBLocal</artifactId>
      <version>$version</version>
    </dependency>
  </dependencies>
</project>
POM
  # Jars and sqlite4java's native libraries alike; the latter need their plain names.
  mvn -q -B -f "$work/pom.xml" dependency:copy-dependencies \
    -DoutputDirectory="$cache.$$" -Dmdep.stripVersion=true >&2
  # The name appears when everything is there; whoever comes second throws theirs away.
  mv -T "$cache.$$" "$cache" 2>/dev/null || rm -rf "$cache.$$"
fi

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
java -Djava.library.path="$cache" -cp "$cache/*" com.amazonaws.services.dynamodbv2.local.main.ServerRunner \
  -inMemory -sharedDb -disableTelemetry -port "$port" >"$work/log" 2>&1 &
server=$!

tries=0
until node -e "fetch('http://127.0.0.1:$port').then(() => process.exit(0), () => process.exit(1))"; do
  tries=$((tries + 1))
  if [ "$tries" -gt 60 ] || ! kill -0 "$server" 2>/dev/null; then
    echo "DynamoDB Local did not start:" >&2
    cat "$work/log" >&2
    exit 1
  fi
  sleep 0.5
done

DYNAMODB_ENDPOINT="http://127.0.0.1:$port" "$@"
