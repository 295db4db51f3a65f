#!/bin/sh
# Starts the service; with COVERAGE=1 its coverage is measured, and saved when a worker ends.
if [ "${COVERAGE:-0}" = 1 ]; then
    exec gunicorn --config gunicorn_coverage.py --workers 3 --bind 0.0.0.0:8001 --pythonpath source 'wallet.api:create_app()'
fi
exec gunicorn --workers 3 --bind 0.0.0.0:8001 --pythonpath source 'wallet.api:create_app()'
