"""The hook's record, read: who was forked, booted, saved (docs/protocol.md, section 5)."""
