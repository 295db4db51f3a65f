"""When forked shards can take xdist's place, and when not."""

import os
import stat
import threading

# Hooks that are about xdist's own workers: whoever implements one expects those.
XDIST_HOOKS = (
    "pytest_configure_node",
    "pytest_testnodeready",
    "pytest_testnodedown",
    "pytest_xdist_setupnodes",
    "pytest_xdist_newgateway",
    "pytest_xdist_rsyncstart",
    "pytest_xdist_rsyncfinish",
    "pytest_xdist_getremotemodule",
    "pytest_xdist_node_collection_finished",
    "pytest_xdist_make_scheduler",
    "pytest_handlecrashitem",
)
# Hooks in which a conftest of the project ends what each worker has gathered.
ENDING_HOOKS = ("pytest_sessionfinish", "pytest_unconfigure")
WORKER_WORDS = ("workerinput", "workeroutput", "PYTEST_XDIST", "is_xdist_worker")


def unfit_options(config):
    """Return why the options ask for more than shards do (str), or None. xdist has settled them."""
    option = config.option
    if option.dist not in ("load", "worksteal"):
        return f"--dist {option.dist}"
    if any(spec != "popen" for spec in option.tx):
        return "--tx"
    if option.collectonly or getattr(option, "usepdb", False) or option.basetemp:
        return "--collect-only, --pdb or --basetemp"
    return None


def unfit_plugins(config, ours):
    """Return which plugin expects xdist's workers (str), or None. `ours` are not asked."""
    for name in XDIST_HOOKS:
        for plugin in implementers(config, name):
            module = getattr(plugin, "__module__", None) or getattr(plugin, "__name__", "")
            if plugin not in ours and not str(module).startswith("xdist."):
                return f"{name} of {module}"
    for name in ENDING_HOOKS:
        for plugin in filter(is_conftest, implementers(config, name)):
            return f"{name} in {plugin.__file__}"
    for plugin in filter(is_conftest, config.pluginmanager.get_plugins()):
        if speaks_of_workers(plugin.__file__):
            return f"{plugin.__file__} looks at xdist's workers"
    return None


def implementers(config, name):
    caller = getattr(config.hook, name, None)
    return [one.plugin for one in caller.get_hookimpls()] if caller is not None else []


def is_conftest(plugin):
    return os.path.basename(getattr(plugin, "__file__", None) or "") == "conftest.py"


def speaks_of_workers(path):
    try:
        with open(path, "rb") as file:
            text = file.read()
    except OSError:
        return False
    return any(word.encode() in text for word in WORKER_WORDS)


def unfit_process(sockets):
    """Return why this process can't be forked safely (str), or None.

    `sockets` are those that were open when it began: what was opened since then is the tests'
    own, and two processes must not talk through one.
    """
    if threading.active_count() > 1:
        return "a thread was started when the tests were imported"
    if open_sockets() - sockets:
        return "a connection was opened when the tests were imported"
    return None


def open_sockets():
    """Return the descriptors of this process that are sockets."""
    found = set()
    try:
        names = os.listdir("/proc/self/fd")
    except OSError:
        return found
    for name in names:
        try:
            if stat.S_ISSOCK(os.fstat(int(name)).st_mode):
                found.add(int(name))
        except OSError:
            continue
    return found
