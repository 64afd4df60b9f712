#!/usr/bin/env bash
# Posts callbacks with curl, in every way in which it takes a body.
#
# Usage: sender.sh JOBS    JOBS has a line for each: WAY, URL and order as JSON, with tabs between.
# Prints a line for each: WAY, status and answer.
set -euo pipefail

json='Content-Type: application/json'
body=$(mktemp)
trap 'rm -f "$body" "$body.gz"' EXIT

while IFS=$'\t' read -r way url order; do
  printf '%s' "$order" >"$body"
  case $way in
    json) options=(-H "$json" --data-binary "@$body") ;;
    "no type") options=(--data-binary "@$body") ;;
    form) options=(--data-urlencode "data@$body") ;;
    parts) options=(-F "data=<$body") ;;
    file) options=(-F "data=@$body;type=application/json") ;;
    gzip) gzip -k -f "$body"; options=(-H "$json" -H 'Content-Encoding: gzip' --data-binary "@$body.gz") ;;
    base64) options=(-d "data=$(base64 -w0 "$body" | sed 's/+/%2B/g')") ;;
    chunks) options=(-H "$json" -H 'Transfer-Encoding: chunked' --data-binary "@$body") ;;
    continue) options=(-H "$json" -H 'Expect: 100-continue' --data-binary "@$body") ;;
    1.0) options=(--http1.0 -H "$json" --data-binary "@$body") ;;
    close) options=(-H "$json" -H 'Connection: close' --data-binary "@$body") ;;
    *) echo "sender.sh: no way $way" >&2; exit 64 ;;
  esac
  # A post that fails is told of like any other, and the next is made.
  { curl -sS --max-time 30 -X POST "${options[@]}" -w '\t%{http_code}\n' "$url" 2>&1 || true; } \
    | tr -d '\n' | { read -r answer || true; printf '%s\t%s\t%s\n' "$way" "${answer##*$'\t'}" "${answer%$'\t'*}"; }
done <"$1"
