"""Functions of the interpreter's as they were at the start: gevent, the app or its tests may put others in their place."""

import _thread
import os
import time

# What gevent may put its own in the place of later; a watch on exits needs a real thread.
REAL_THREAD, REAL_SLEEP, REAL_LOCK = _thread.start_new_thread, time.sleep, _thread.allocate_lock
REALPATH = os.path.realpath
MONOTONIC = time.monotonic  # what the app's tests may put another clock in the place of
