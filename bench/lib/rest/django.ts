/** A Django project as people have it: everything in one directory, the environment too. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { run } from "../../../test/support/machine.ts";

export const FILES = 30_000;
const A_DIRECTORY = 30; // files

const PACKAGES = ["django>=4.2,<7", "gunicorn", "coverage", "pytest"];

const SETTINGS = `from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "shop.urls"
INSTALLED_APPS = ["shop"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"file": {"class": "logging.FileHandler", "filename": BASE_DIR / "shop" / "trace"}},
    "root": {"handlers": ["file"], "level": "INFO"},
}
`;

const VIEWS = `import logging

from django.http import HttpResponse

from shop.models import Visit


def visits(request):
    Visit.objects.create(path=request.path)
    logging.getLogger(__name__).info("visit of %s", request.path)
    with open("shop/audit.txt", "a") as audit:
        audit.write(request.path + "\\n")
    return HttpResponse(str(Visit.objects.count()))


def unused(request):
    return HttpResponse("")
`;

const MODELS = `from django.db import models


class Visit(models.Model):
    path = models.CharField(max_length=100)
`;

const URLS = `from django.urls import path

from shop import views

urlpatterns = [path("", views.visits), path("unused", views.unused)]
`;

const MANAGE = `import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
execute_from_command_line(sys.argv)
`;

const WSGI = `import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = get_wsgi_application()
`;

const TESTS = `import os
import urllib.request


def test_visits():
    for _ in range(5):
        assert int(urllib.request.urlopen(os.environ["URL"], timeout=30).read()) > 0
`;

export const VIEW_FILE = "shop/views.py";

/** Makes the project in an empty directory; its server will listen on `port`. */
export async function makeDjango(directory: string, port: number): Promise<void> {
  const bin = join(directory, "env", "bin");
  const gunicorn = [
    "--workers",
    "2",
    "--access-logfile",
    "access.log",
    "--error-logfile",
    "shop/gunicorn.out",
  ];
  const command = [join(bin, "gunicorn"), "--bind", "127.0.0.1:{port}", ...gunicorn, "shop.wsgi"];
  const config = `[tool.gunicov.server]
command = ${JSON.stringify(command)}
port = ${port}

[tool.gunicov.tests]
command = ${JSON.stringify([join(bin, "pytest"), "-p", "no:cacheprovider", "e2e"])}
env = { URL = "http://127.0.0.1:{port}/" }
`;
  const files = {
    "gunicov.toml": config,
    "manage.py": MANAGE,
    "shop/__init__.py": "",
    "shop/settings.py": SETTINGS,
    "shop/models.py": MODELS,
    "shop/urls.py": URLS,
    [VIEW_FILE]: VIEWS,
    "shop/wsgi.py": WSGI,
    "e2e/test_visits.py": TESTS,
    ".coveragerc": "[run]\nbranch = true\nsource = shop\n",
  };
  for (const [path, text] of Object.entries(files)) await write(join(directory, path), text);
  await run(["python3", "-m", "venv", join(directory, "env")]);
  await run([
    join(bin, "python"),
    "-m",
    "pip",
    "install",
    "--quiet",
    "--disable-pip-version-check",
    ...PACKAGES,
  ]);
  const manage = (...words: readonly string[]) =>
    run([join(bin, "python"), "manage.py", ...words], { cwd: directory });
  await manage("makemigrations", "shop");
  await manage("migrate");
  await Promise.all(Array.from({ length: FILES / A_DIRECTORY }, (_, index) => fill(directory, index)));
}

async function fill(directory: string, index: number): Promise<void> {
  const place = join(directory, "assets", `${index % 40}`, `${index}`);
  await mkdir(place, { recursive: true });
  for (let one = 0; one < A_DIRECTORY; one += 1)
    await writeFile(join(place, `${one}.css`), `a { top: ${one} }\n`);
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
