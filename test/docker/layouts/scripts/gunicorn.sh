#!/bin/sh
# Its name begins as gunicorn does.
echo starting
gunicorn 'xy:create_app()'
echo ended
