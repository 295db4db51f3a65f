import os

TIMEOUT = 60
if os.environ.get("NEVER_SET"):
    TIMEOUT = 1
