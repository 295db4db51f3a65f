"""The record that the master and its workers leave on disk (docs/protocol.md, section 5)."""
