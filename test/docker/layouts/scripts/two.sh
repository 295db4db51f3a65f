#!/bin/sh
# Two masters in one container.
XY_BIND=0.0.0.0:8001 gunicorn --name other 'xy:create_app()' &
gunicorn --name main 'xy:create_app()'
