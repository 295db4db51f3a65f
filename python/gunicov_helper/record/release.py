"""Whether the hook in the server and this helper are of versions that work together."""

from gunicov_common.failure import Failure
from gunicov_common.release import OLDEST_RECORD, RECORD, VERSION

UNKNOWN = {"version": None, "record": 0}  # of a hook that did not say it yet


def told(master):
    """(its version as text, the form of its record) as master.json (a dict) tells them."""
    hook = master.get("hook")
    hook = hook if isinstance(hook, dict) else UNKNOWN
    form = hook.get("record")
    return hook.get("version") or "of another version", form if isinstance(form, int) else 0


def refuse_misfit(master):
    """Raise Failure `hook-version` where this helper can't read that hook's record."""
    version, form = told(master)
    if not OLDEST_RECORD <= form <= RECORD:
        update = "Or install that version of gunicov here. " if form > RECORD else ""
        raise Failure("hook-version", differ(version), f"{update}{same_version()}")


def misfit_warnings(master):
    """The same where they work together, but are not of one version (list of str)."""
    version, _ = told(master)
    if version == VERSION:
        return []
    return [f"{differ(version)}. They work together. To have the same: {same_version()}"]


def differ(version):
    return f"gunicov's hook {version} runs in the server, and this is gunicov {VERSION}"


def same_version():
    return (
        f"pip install gunicov-hook=={VERSION} in the server's image (or mount the python/ of this gunicov), "
        "and start the server anew."
    )
