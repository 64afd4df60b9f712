"""Scans a receiver of its own with testssl.sh, and evaluates what that found.

Usage: scan.py BINARY WORK        WORK/certs holds what scripts/make-certs makes
"""

import collections
import json
import pathlib
import subprocess
import sys

from receiver import Receiver

# Findings that are no weakness of the listener.
EXCUSES = {
    "engine_problem": "it is the scanner's OpenSSL that lacks an engine",
    "cert_revocation": "the certificate is one of scripts/make-certs, whose authority revokes nothing",
    "HSTS": "no browser comes here",
    "security_headers": "no browser comes here",
}
GOOD = {"OK", "INFO"}


def scan(receiver, work):
    """All that the scanner found."""
    found = work / "scan.json"
    ran = subprocess.run(
        ["testssl", "--ip", "127.0.0.1", "--nodns", "min", "--warnings", "off", "--color", "0", "--quiet",
         "--add-ca", str(work / "certs/authority.pem"), "--jsonfile", str(found), f"localhost:{receiver.port}"],
        cwd=work, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=500)
    if not found.exists():
        raise SystemExit(f"testssl.sh ended with {ran.returncode}:\n{ran.stdout[-2000:]}{ran.stderr[-2000:]}")
    return json.loads(found.read_text())


def main():
    binary, work = sys.argv[1], pathlib.Path(sys.argv[2])
    tls = 'certificate: "{work}/certs/server.pem", privateKey: "{work}/certs/server.key"'
    with Receiver(binary, work, "scanned", tls) as receiver:
        findings = scan(receiver, work)
    checks = {finding["id"] for finding in findings}
    missing = {"TLS1_2", "TLS1_3", "PFS", "cipher_order", "LUCKY13", "cert_chain_of_trust"} - checks
    weak = 0
    for finding in findings:
        if finding["severity"] in GOOD:
            continue
        excuse = EXCUSES.get(finding["id"])
        weak += excuse is None
        print(f"{'excused' if excuse else 'WEAK'}  {finding['severity']} {finding['id']}: {finding['finding'][:160]}"
              f"{f' ({excuse})' if excuse else ''}")
    counts = collections.Counter(finding["severity"] for finding in findings)
    print(", ".join(f"{count} {severity}" for severity, count in counts.most_common()))
    if missing:
        print(f"not looked at: {', '.join(sorted(missing))}")
    print(f"{len(findings)} findings, {weak} weaknesses")
    sys.exit(1 if weak or missing else 0)


main()
