"""The worker process: does one job after the other."""

import time

from jobs import store
from jobs.work import shout

if __name__ == "__main__":
    while True:
        for number, text in store.waiting():
            store.finish(number, shout(text))
        time.sleep(0.05)
