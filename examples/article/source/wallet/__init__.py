"""Money in accounts."""
