"""One case's two runs side by side."""

import tempfile

from . import cold, cycle, server


def compare(python, case):
    """{"differences": […], "files": n} of one case; a run that breaks is a difference too."""
    with tempfile.TemporaryDirectory(prefix="gunicov-matrix-") as scratch:
        project = server.Project(case, scratch)
        try:
            whole = cold.run(python, case, project)
            ours = cycle.run(python, case, project)
        except server.Broken as error:
            return {"differences": [{"file": "", "what": f"broken: {error}"}], "files": 0}
    return {"differences": differences(whole, ours), "files": len(whole)}


def differences(cold_run, ours):
    """[{"file", "what", "cold", "gunicov"}] where two reports differ; only what one has alone."""
    found = []
    for path in sorted(set(cold_run) | set(ours)):
        if path not in cold_run or path not in ours:
            only = "cold" if path in cold_run else "gunicov"
            found.append({"file": path, "what": f"only in {only}", "cold": [], "gunicov": []})
            continue
        for what in cold_run[path]:
            one, other = set(cold_run[path][what]), set(ours[path][what])
            if one != other:
                alone = {"cold": sorted(one - other), "gunicov": sorted(other - one)}
                found.append({"file": path, "what": what, **alone})
    return found
