"""Two runs of a project: what gunicov did that plain pytest did not, or the other way round."""

import re
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from . import facts, plain, rerun, sharing, watched
from .record import records
from .side import Side


def compare(project, environment, program=watched.GUNICOV, keep=None):
    """Differences of one project: [{run, what, plain, gunicov}]; `keep`: where what it leaves is to stay."""
    with tempfile.TemporaryDirectory(prefix="faithful-") as scratch:
        top = Path(keep or scratch)
        try:
            found = compared(project, environment, top, program)
            return found + (
                rerun_compared(project, environment, top, program) if project.rerun else []
            )
        except plain.Broken as error:
            return [difference("", f"broken: {error}")]
        except Exception:  # noqa: BLE001 (a bug of the bench ends no other project)
            return [difference("", f"broken: {traceback.format_exc()[-600:]}")]


def compared(project, environment, top, program):
    by_hand = Side(top / "plain", project, environment)
    ours = Side(top / "gunicov", project, environment)
    printed = plain.run(by_hand)
    cycles = watched.run(ours, program)
    (expected, _), (got, strays) = records(by_hand), records(ours)
    found = [difference("", "outside of a run", [], strays)] if strays else []
    kinds = [["cancelled" if r.cancelled else "whole" for r in runs] for runs in (expected, got)]
    if kinds[0] != kinds[1]:
        found.append(difference("", "runs", *kinds))
    whole = [[r for r in runs if not r.cancelled] for runs in (expected, got)]
    for number, (end, cycle, *pair) in enumerate(zip(printed, cycles, *whole), 1):
        found += each(number, project, *pair)
        found += [difference(number, *d) for d in facts.against(end, pair[0], cycle, ours, project)]
    stopped = [[r for r in runs if r.cancelled] for runs in (expected, got)]
    for number, pair in enumerate(zip(*stopped), 1):
        found += cut_short(f"cancelled {number}", project, *pair)
    found += changed("", "file left", by_hand.left(), ours.left())
    found += changed("", "process left", Counter(by_hand.processes()), Counter(ours.processes()))
    return found


def rerun_compared(project, environment, top, program):
    """Of a second run, of the failed tests alone."""
    by_hand = Side(top / "plain-rerun", project, environment)
    ours = Side(top / "gunicov-rerun", project, environment)
    rerun.by_hand(by_hand)
    rerun.by_key(ours, program)
    (expected, _), (got, _) = records(by_hand), records(ours)
    found = []
    if len(expected) != len(got):
        found.append(difference("rerun", "runs", len(expected), len(got)))
    for pair in list(zip(expected, got))[1:]:
        found += each("rerun", project, *pair)
    return found + changed("rerun", "file left", by_hand.left(), ours.left())


def each(run, project, plain_run, ours):
    """Of a run that came to its end, what its processes wrote down."""
    found = []
    if plain_run.status != ours.status:
        found.append(difference(run, "exit code", plain_run.status, ours.status))
    found += changed(
        run, "end of session", *(Counter(who for who, _ in r.exits) for r in (plain_run, ours))
    )
    found += changed(
        run, "warning", *(Counter(map(str, map(warning, r.warnings))) for r in (plain_run, ours))
    )
    texts = [{(r["test"], r["when"]): told(r) for r in one.reports} for one in (plain_run, ours)]
    found += changed(run, "report", *texts)
    return found + counted(run, project, plain_run, ours)


def counted(run, project, plain_run, ours):
    """How often and in which order things happened."""
    if not project.parallel:
        return changed_order(run, "order", plain_run.starts, ours.starts) + changed_order(
            run, "notes", plain_run.notes, ours.notes
        )
    found = changed(run, "test run", *(Counter(t for _, t in r.starts) for r in (plain_run, ours)))
    notes = [
        Counter(word for _, word in r.notes if not word.startswith(project.varying or ("\0",)))
        for r in (plain_run, ours)
    ]
    found += changed(run, "note", *notes)
    broken = [sharing.broken(project.dist, r.starts) for r in (plain_run, ours)]
    if broken[0] != broken[1]:
        found.append(difference(run, f"--dist {project.dist}", *broken))
    return found


def cut_short(run, project, plain_run, ours):
    """Of a cancelled run: how it ended. Which tests of several workers ran is chance."""
    found = []
    if plain_run.status != ours.status:
        found.append(difference(run, "exit code", plain_run.status, ours.status))
    if not project.parallel:
        found += changed_order(run, "notes", plain_run.notes, ours.notes)
    return found


def warning(event):
    return event["category"], event["message"], event["when"], event["test"]


def told(report):
    text = re.sub(
        r"^\[gw\d+\] .*", "", report["text"], flags=re.MULTILINE
    )  # which worker is chance
    return report["outcome"], text, report["expected"], report["sections"]


def changed(run, what, expected, got):
    """One difference for each key of two mappings."""
    keys = [*expected, *(key for key in got if key not in expected)]
    return [
        difference(run, f"{what} {key if isinstance(key, str) else ' '.join(map(str, key))}", *pair)
        for key, pair in ((key, (expected.get(key), got.get(key))) for key in keys)
        if pair[0] != pair[1]
    ]


def changed_order(run, what, expected, got):
    """One difference for two lists, from where they part."""
    if expected == got:
        return []
    at = next(
        (i for i, pair in enumerate(zip(expected, got)) if pair[0] != pair[1]),
        min(len(expected), len(got)),
    )
    shown = [
        [word if not who else f"{who} {word}" for who, word in one[at : at + 6]]
        for one in (expected, got)
    ]
    return [difference(run, f"{what}, from {at + 1} of {len(expected)}", *shown)]


def difference(run, what, expected=None, got=None):
    return {"run": run, "what": what.strip(), "plain": expected, "gunicov": got}
