"""How the shop is served."""

import os

wsgi_app = "shop.wsgi"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
bind = os.environ.get("BIND", "0.0.0.0:8000")
accesslog = "-"


def post_fork(server, worker):
    worker.log.info("worker %s serves orders", worker.pid)
