"""The master's own data file."""

import os
import socket

from ..record.files import make_directory
from ..state import STATE
from .measure import stop_measuring_master
from .start import still_measured


def save_master():
    """Leave the master's own data file for the generation that ends."""
    ran = stop_measuring_master()
    if not STATE.master.owes or not STATE.current:
        return
    if os.path.exists(os.path.join(STATE.current, "unwanted")):
        return
    import coverage

    whole = {path: set(arcs) for path, arcs in still_measured().items()}
    for path, more in ran.items():
        whole.setdefault(path, set()).update(more)
    folder = os.path.join(STATE.current, "part", "master")
    make_directory(folder)
    data = coverage.CoverageData(basename=os.path.join(folder, "data"))
    add_whole(data, whole)
    data.write()
    getattr(data, "close", lambda: None)()
    path = data.data_filename()
    if STATE.owner:
        os.chown(path, *STATE.owner)
    name = f".coverage.{socket.gethostname()}.{os.getpid()}.master.{os.urandom(4).hex()}"
    os.rename(path, os.path.join(STATE.current, name))
    os.rmdir(folder)


def add_whole(data, whole):
    """Put {path: arcs} into a CoverageData, in the form that the settings of the generation ask for."""
    from coverage import files

    branch, relative, context = STATE.master.form
    name_of_file = files.relative_filename if relative else str
    data.set_context(context)
    named = {name_of_file(path): arcs for path, arcs in whole.items()}
    if branch:
        data.add_arcs(named)
    else:
        data.add_lines(
            {
                path: {line for arc in arcs for line in arc if line > 0}
                for path, arcs in named.items()
            }
        )
    tracers = {name_of_file(path): STATE.master.tracers.get(path) for path in whole}
    data.add_file_tracers({path: tracer for path, tracer in tracers.items() if tracer})
