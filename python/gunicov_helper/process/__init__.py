"""What runs where gunicorn runs: processes, the master, and waiting for what they do."""
