#!/bin/sh
# Starts the service: plain gunicorn or, in test mode (GUNICOV is set and not 0), gunicorn with
# gunicov's hook as its config file. Arguments are passed on to gunicorn.
cd "$(dirname "$0")" || exit

# In the image the hook lies here. Elsewhere whoever sets GUNICOV names it in GUNICORN_CMD_ARGS.
if [ "${GUNICOV:-0}" != 0 ] && [ -f gunicov_hook.py ]; then
    set -- --config "$PWD/gunicov_hook.py" "$@"
fi
exec gunicorn "$@" 'xy:create_app()'
