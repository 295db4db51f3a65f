"""What hook, helper and runner share. It is injected with the last two (docs/protocol.md, section 1)."""
