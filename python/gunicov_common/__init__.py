"""What the helper and the runner share; it is injected with each of them (docs/protocol.md, section 1)."""
