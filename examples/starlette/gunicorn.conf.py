import os

wsgi_app = "app.main:app"
worker_class = "asgi"
workers = 2
bind = f"127.0.0.1:{os.environ.get('PORT', '8000')}"
