"""The directories of generations in a master's record."""

import os
import shutil

from ..state import STATE
from .files import make_directory, write_json


def generation_directory(number):
    """Path of a generation's directory."""
    return os.path.join(STATE.directory, f"gen-{number:06d}")


def make_generation(number, manifest):
    """Create `gen-…` with everything in it, whole or not at all."""
    unfinished = os.path.join(STATE.directory, f".gen-{number:06d}.{os.getpid()}.tmp")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_directory(unfinished)
    kinds = "forked booted boot-error part saved served done code joins later wrote children"
    for name in kinds.split():
        make_directory(os.path.join(unfinished, name))
    write_json(os.path.join(unfinished, "manifest.json"), manifest)
    os.rename(unfinished, generation_directory(number))


def newest_on_disk():
    """Number of the newest generation in this master's directory, 0 where there is none."""
    names = [name for name in os.listdir(STATE.directory) if name.startswith("gen-")]
    return max([int(name[4:]) for name in names if name[4:].isdigit()], default=0)


def worker_files(generation, kind):
    """Paths of what workers have left in a directory of `generation`."""
    folder = os.path.join(generation, kind)
    names = os.listdir(folder) if os.path.isdir(folder) else []
    return [os.path.join(folder, name) for name in names if name[0] != "."]
