#!/usr/bin/env bash
# Build the environment in which the Airflow tests run, or leave it where nothing changed. Airflow has its own: what
# it allows of FastAPI and Starlette is its own affair. Usage: scripts/airflow_environment.sh [FOLDER]
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-.venv-airflow}
ready=$folder/ready

if [ "$ready" -nt constraints/airflow.txt ] && [ "$ready" -nt pyproject.toml ]; then
    exit 0
fi
pip=.venv/bin/python # its pip is new enough to serve another environment; a new one would take ten seconds more
if [ ! -x "$pip" ]; then
    echo "first make the environment of the project: make test" >&2
    exit 2
fi
python3 -m venv --without-pip "$folder"
# Byte code is compiled on first use: a third of what is installed is never imported.
"$pip" -m pip --python "$folder/bin/python" install --quiet --no-compile \
    -c constraints/airflow.txt apache-airflow==3.3.2 -e .
touch "$ready"
