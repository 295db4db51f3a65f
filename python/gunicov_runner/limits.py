"""How long texts and messages may be."""

MAX_TEXT = 64 * 1024  # of one output, and of an id
MAX_MESSAGE = 2000
CHUNK = 64 * 1024
MAX_CODE = 1024 * 1024  # of one compiled file
