"""gunicorn's settings for the demo, as any service may have them.

With gunicov's hook as gunicorn's config file, the hook reads them from here.
"""

import os

bind = os.environ.get("XY_BIND", "127.0.0.1:8000")
pythonpath = "source"
worker_class = "gthread"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))  # gunicorn's own variable for it
threads = 4
accesslog = "-"
control_socket_disable = True  # it would need a home directory that can be written to
