#!/usr/bin/env bash
# Builds the image, brings the stack up with milvus-lite and Debian's PostgreSQL in place of the images that have to be
# pulled, stores a resume and vacancies, asks for matches, and takes everything down again, volumes included.
#
#   tests/compose/run.sh [BASE_IMAGE]      # BASE_IMAGE: Debian with Python 3.11, as in .env.example
#
# Needs a Docker engine, Compose 2.24 or later, curl and python3; and the CPU build of torch, in wheels/ or by
# PIP_EXTRA_INDEX_URL.

set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
scratch=$(mktemp -d)
port=${API_PORT:-18080}
api=http://127.0.0.1:$port

new_secret() { python3 -c 'import secrets; print(secrets.token_hex(24))'; }

cat > "$scratch/env" <<ENV
POSTGRES_PASSWORD=$(new_secret)
MILVUS_ROOT_PASSWORD=$(new_secret)
MINIO_ROOT_USER=unused
MINIO_ROOT_PASSWORD=unused
API_PORT=$port
BASE_IMAGE=${1:-${BASE_IMAGE:-python:3.11.14-slim-bookworm}}
PIP_EXTRA_INDEX_URL=${PIP_EXTRA_INDEX_URL:-}
ENV

compose() {
    docker compose --project-directory "$root" --project-name counterpart-check --env-file "$scratch/env" \
        --file "$root/docker-compose.yaml" --file "$root/tests/compose/docker-compose.lite.yaml" "$@"
}

finish() {
    status=$?
    [ "$status" -eq 0 ] || { compose ps --all; compose logs --tail 60; } >&2 || true
    compose down --volumes --remove-orphans --timeout 10 > /dev/null 2>&1 || true
    rm -rf "$scratch"
    [ "$status" -eq 0 ] && echo "compose check: passed" || echo "compose check: FAILED" >&2
    exit "$status"
}
trap finish EXIT

request() {
    local method=$1 path=$2 body=${3:-}
    curl --silent --show-error --fail-with-body --max-time 90 --request "$method" "$api$path" \
        ${body:+--header 'Content-Type: application/json' --data "$body"}
}

# Fails unless the vacancy given is the best match of the resume.
expect_match() {
    request GET '/v1/resumes/check-resume/vacancies?limit=2' | python3 -c '
import json, sys
found = [item["document"]["id"] for item in json.load(sys.stdin)["items"]]
sys.exit(None if found[:1] == sys.argv[1:] else f"expected {sys.argv[1]} first, found {found}")' "$1"
}

compose build
compose up --detach --wait --wait-timeout 300

# wait=true: answered when the worker, in its own container, has embedded the document and searches find it.
request PUT '/v1/vacancies/check-nurse?wait=true' '{"title": "Registered nurse",
    "text": "Night shifts on a hospital ward, medication rounds and patient care.", "skills": ["patient care"]}'
request PUT '/v1/vacancies/check-engineer?wait=true' '{"title": "Data engineer",
    "text": "Batch pipelines in Python and SQL over a data warehouse.", "skills": ["Python", "SQL"]}'
request PUT '/v1/resumes/check-resume?wait=true' '{"title": "Data engineer",
    "text": "Five years of Python and SQL, building data pipelines.", "skills": ["Python", "SQL"]}'
echo
expect_match check-engineer

# What was stored outlives its containers.
compose down --timeout 10
compose up --detach --wait --wait-timeout 300
expect_match check-engineer
