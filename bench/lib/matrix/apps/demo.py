"""The demo (Flask), with a line of each worker's own."""

import os

import slots
from xy import create_app

slots.own_line(int(os.environ["SLOT"]))
app = create_app()
