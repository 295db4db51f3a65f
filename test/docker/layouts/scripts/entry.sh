#!/bin/sh
# As many an image has it: gunicorn is the shell's child.
echo starting
gunicorn 'xy:create_app()'
echo ended
