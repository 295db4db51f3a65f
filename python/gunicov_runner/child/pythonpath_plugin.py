"""How our reporter gets into a pytest that a command starts: by PYTHONPATH, as a plugin that is installed there.

Nothing is written to disk: it is a zip in memory, whose path leads to a descriptor of the command's own process. Where
the variable does not get through (another user, a container, tox's own environment) nothing happens at all.
"""

import io
import os
import sys

TELL = "GUNICOV_TELL"  # "<path of the zip>|<path of the pipe>"
NAME = "gunicov_inside-1.0.dist-info"
METADATA = "Metadata-Version: 2.1\nName: gunicov-inside\nVersion: 1.0\n"
ENTRY_POINTS = "[pytest11]\ngunicov = gunicov_runner.inside.plugin\n"


def with_plugin(environ, fd):
    """Return `environ` with what leads to the reporter, which writes to the pipe `fd`. Call it in the process that
    becomes the command: its descriptors are what the paths lead to."""
    texts = getattr(sys.modules["gunicov_runner"].__spec__.loader, "texts", None)
    if texts is None or not hasattr(os, "memfd_create") or not os.path.isdir("/proc/self/fd"):
        return environ
    try:
        memory = os.memfd_create("gunicov", 0)
    except OSError:
        return environ
    os.write(memory, archive(texts))
    os.set_inheritable(fd, True)
    own = f"/proc/{os.getpid()}/fd"
    archive_path = f"{own}/{memory}"
    path = os.pathsep.join(filter(None, [environ.get("PYTHONPATH"), archive_path]))
    return {**environ, "PYTHONPATH": path, TELL: f"{archive_path}|{own}/{fd}"}


def archive(texts):
    """Return the bytes of the zip."""
    import zipfile  # needed by few runs, and it takes its time

    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        for path, text in texts.items():
            file.writestr(path, text)
        file.writestr(f"{NAME}/METADATA", METADATA)
        file.writestr(f"{NAME}/entry_points.txt", ENTRY_POINTS)
    return data.getvalue()
