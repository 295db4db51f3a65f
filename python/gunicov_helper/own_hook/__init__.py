"""A server with a hook of its own: no record, only processes and the files that they leave."""
