"""The tests of each set-up: some requests, one after the other. None may answer with 500."""

import os
import urllib.error
import urllib.request

for path in ("/", "/some", "/other", "/nowhere") * 3:
    try:
        with urllib.request.urlopen(os.environ["URL"] + path, timeout=60) as answer:
            answer.read()
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise SystemExit(f"{path}: {error.code} {error.read().decode()[-2000:]}") from None
