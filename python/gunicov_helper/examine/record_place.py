"""Where the workers' data goes: is there a place, and may they write?"""

import contextlib
import os
import stat

from gunicov_common.process import Process, children


def record_place(record, base):
    """What is to be known of a master's record directory (`record`), or of where it would be (`base`)."""
    folder = record if os.path.isdir(record) else nearest(base)
    about = {"path": record, "there": os.path.isdir(record), "looked": folder}
    try:
        space = os.statvfs(folder)
        about.update(
            free=space.f_bavail * space.f_frsize,
            inodes=space.f_favail if space.f_files else None,
            read_only=bool(space.f_flag & os.ST_RDONLY),
        )
    except OSError as error:
        about.update(free=None, inodes=None, read_only=False, error=error.strerror)
    return about


def nearest(folder):
    """The directory itself, or the nearest above it that is there."""
    while not os.path.isdir(folder) and folder not in ("/", ""):
        folder = os.path.dirname(folder)
    return folder or "/"


def why_not_written(folder, uid, gid):
    """Why a process of that user could not write there (str), or None. Tries it where it can; else the modes tell."""
    if uid == os.geteuid() or uid is None:
        return tried(folder)
    if os.geteuid() == 0:
        return tried_as(folder, uid, gid)
    return by_mode(folder, uid, gid)


def tried(folder):
    probe = os.path.join(folder, f".probe-{os.getpid()}")
    try:
        with open(probe, "wb") as file:
            file.write(bytes(4096))
    except OSError as error:
        return error.strerror
    finally:
        with contextlib.suppress(OSError):
            os.unlink(probe)
    return None


def tried_as(folder, uid, gid):
    """As `tried`, in a forked process that has become that user."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(gid)
            os.setuid(uid)
            os.write(writer, (tried(folder) or "").encode())
        except OSError as error:
            os.write(writer, str(error.strerror).encode())
        finally:
            os._exit(0)
    os.close(writer)
    with open(reader, "rb") as file:
        said = file.read().decode()
    os.waitpid(child, 0)
    return said or None


def by_mode(folder, uid, gid):
    about = os.stat(folder)
    bits = (
        stat.S_IWUSR
        if about.st_uid == uid
        else stat.S_IWGRP
        if about.st_gid == gid
        else stat.S_IWOTH
    )
    return None if about.st_mode & bits or uid == 0 else "Permission denied"


def writers(pid):
    """[(uid, gid)] of a master's workers, each once."""
    found = {(one.uid(), one.gid()) for one in map(Process.read, children(pid)) if one}
    return sorted(pair for pair in found if None not in pair)
