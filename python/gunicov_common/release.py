"""Which gunicov this is, and which records of a hook it can read."""

VERSION = "0.1.0"  # as in package.json, of which a test reminds
# The form of the hook's record (docs/protocol.md, section 5). One more where a helper for the form before would show
# something wrong, or nothing.
RECORD = 1
OLDEST_RECORD = 1  # the oldest form that the helper reads
