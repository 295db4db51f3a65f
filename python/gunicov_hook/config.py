"""What gunicorn finds in its config file: the user's settings, with gunicov's hooks around the user's own."""

import contextlib
import os

from .imported import chain_when_loaded, find_importing
from .state import STATE
from .take_over import user_config
from .user_config import CHAINED, load_user_config


def settings(name, path):
    """gunicorn's settings and hooks ({name: value}). To be asked for each time gunicorn executes its config file, which
    is at the start and at each reload; `name` and `path` are that file's `__name__` and `__file__`. A config that imports
    it gets none: they are put around its own (see imported.py).

    Raises what the user's config raises: at the start, or where nothing is measured (GUNICOV=0).
    """
    importing = find_importing(name)
    if importing and (importing.again or os.environ.get("GUNICOV") == "0"):
        return {"__all__": []}
    STATE.config_name, STATE.config_file = name, os.path.realpath(path)
    if os.environ.get("GUNICOV") == "0":
        STATE.user = None  # an error in their config ends gunicorn, as without us
        return dict(load_user_config().exports)
    from .hooks import Hooks  # and with it all modules: no worker has to import one
    from .master.measure import measure_master
    from .master.start import is_config_new
    from .source.imports import import_from_source
    from .source.places import renew_places

    if not STATE.master.before:
        STATE.begin()
    renew_places()
    import_from_source()
    with user_config(importing.location) if importing else contextlib.nullcontext():
        if is_config_new():
            measure_master()
    if importing:
        chain_when_loaded(importing, STATE.config_file)
        return {"__all__": []}
    user = load_user_config()
    found = {name: value for name, value in user.exports.items() if name not in CHAINED}
    if not {"control_socket", "control_socket_disable"} & user.explicit:
        found["control_socket_disable"] = True
    hooks = Hooks(user.hooks)
    return {**found, **{name: getattr(hooks, name) for name in CHAINED}}
