"""Runs scim2-tester against a SCIM endpoint: one line per check, and exit 1 unless none failed."""

import json
import sys
from collections import Counter

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server

url, token = sys.argv[1:3]
report = sys.argv[3] if len(sys.argv) > 3 else None

# The tester's own words. A deviation departs from a SHOULD: it is shown, and is no failure.
passing = {Status.SUCCESS, Status.COMPLIANT, Status.ACCEPTABLE, Status.DEVIATION}
failing = {Status.ERROR, Status.CRITICAL}

# A proxy is for the outside.
here = url.startswith("http://127.0.0.1:")
http = Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=30, trust_env=not here)
try:
    results = check_server(SyncSCIMClient(http))
except Exception as error:  # Whatever the tester stumbles over is no verdict on the rest.
    sys.exit(f"scim2-tester broke off: {error!r}")

for result in results:
    place = f"{result.resource_type}: " if result.resource_type else ""
    reason = " ".join((result.reason or "").split())
    print(f"{result.status.name.lower():<10} {place}{result.title}  {reason}")
    if result.status in failing and result.data is not None:
        print(f"           {result.data!r}")

counts = Counter(result.status for result in results)
passed = sum(counts[status] for status in passing)
failed = sum(counts[status] for status in failing)
print("\n" + ", ".join(f"{counts[status]} {status.name.lower()}" for status in Status if counts[status]))
if report:
    with open(report, "w", encoding="utf-8") as file:
        json.dump({"numPassedTests": passed, "numFailedTests": failed}, file)
print(f"{passed} passed, {failed} failed")
if failed == 0 and passed < 100:
    sys.exit("too few checks ran for this to be a verdict: what do the discovery documents say?")
sys.exit(1 if failed else 0)
