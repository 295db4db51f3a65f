"""What gunicorn's master itself has run of the project in a generation: what of it is missing."""

import os

ANEW = "start the server anew (with R where gunicov has started it)"
NOT_MEASURED = (
    "was imported in gunicorn's master before that was measured: what ran then is missing"
)
WIDENED = f"is measured now, but was imported in gunicorn's master before it was: what ran then is missing; {ANEW}"


def is_masters(path):
    """Whether a data file is the master's own."""
    return ".master." in os.path.basename(path)


class MasterCode:
    """`reasons`: why what the master has run is not all in the data; `notes`: what is not there because it runs
    later (lists of str)."""

    def __init__(self, manifest, booted, data_files):
        """`manifest`, `booted`: what the hook has written (docs/protocol.md); `data_files`: paths of the generation's."""
        booted = list(booted)
        self.reasons = [
            *imported(booted, "early", NOT_MEASURED),
            *imported(booted, "widened", WIDENED),
            *self.changed(manifest),
        ]
        if manifest.get("measures_master") and not any(map(is_masters, data_files)):
            self.reasons.append("the data of gunicorn's master could not be saved")
        self.notes = [
            f"{name} of {path} runs when the server ends: what it runs counts as missing"
            for name, path in manifest.get("hooks_at_end") or []
        ]

    def changed(self, manifest):
        """Why what ran at the master's start is not what would run today."""
        changed = manifest.get("hooks_changed") or []
        for path in sorted({path for _, path in changed}):
            names = [name for name, where in changed if where == path and name]
            what = f"its {', '.join(names)}" if names else "it"
            yield f"{path} has changed since gunicorn's master ran {what}: {ANEW}"
        plugins = manifest.get("master_plugins")
        if plugins:
            yield f"coverage's plugins ({', '.join(plugins)}) are newer than gunicorn's master: {ANEW}"


def imported(booted, kind, why):
    """The reason for what workers have found imported, as a list."""
    paths = sorted({path for one in booted for path in one.get(kind) or []})
    if not paths:
        return []
    rest = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return [f"{paths[0]}{rest} {why}"]
