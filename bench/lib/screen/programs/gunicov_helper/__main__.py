"""Answers as the helper does (docs/protocol.md, section 3), at once, and does nothing."""

import json
import os
import sys

WORKERS = 4
STATEMENTS = 160
VIEW = {"sort": "name", "skip_covered": False, "skip_empty": False}


def report(count, number, since):
    """The report of that number: each has other figures than the one before in a fiftieth of the files."""
    files = [file(index, (number + index) // 50) for index in range(count)]
    names = files[0]["summary"].keys() - {"percent_covered_display"}
    totals = {name: sum(one["summary"][name] for one in files) for name in names}
    totals["percent_covered"] = percent(totals)
    totals["percent_covered_display"] = f"{percent(totals):.0f}"
    same = since == number - 1
    rows = [
        one["path"] if same and (number + index) % 50 else one for index, one in enumerate(files)
    ]
    return {"number": number, "totals": totals, "files": rows, "view": VIEW, "below": None}


def file(number, change):
    missing = [7, 8, 9, 30 + (number + change) % 90]
    summary = {
        "covered_lines": STATEMENTS - len(missing),
        "num_statements": STATEMENTS,
        "missing_lines": len(missing),
        "excluded_lines": 0,
        "num_branches": 80,
        "num_partial_branches": 1,
        "covered_branches": 79,
        "missing_branches": 1,
    }
    return {
        "path": os.path.join(os.getcwd(), path(number)),
        "summary": dict(
            summary,
            percent_covered=percent(summary),
            percent_covered_display=f"{percent(summary):.0f}",
        ),
        "missing": f"7-9, {missing[-1]}, 6->8",
        "missing_lines": missing,
        "excluded_lines": [],
        "executed_lines": [line for line in range(1, STATEMENTS + 1) if line not in missing],
        "missing_branches": [[6, 8]],
    }


def path(number):
    return f"source/package_{number % 50}/module_{number}.py"


def percent(counts):
    covered = counts["covered_lines"] + counts["covered_branches"]
    return 100 * covered / (counts["num_statements"] + counts["num_branches"])


def master(request):
    return {
        "pid": request.get("pid", 1),
        "uid": os.geteuid(),
        "cwd": os.getcwd(),
        "gunicorn": "26.0",
        "coverage": "7.16",
        "hook": True,
        "generation": 1,
        "warnings": [],
    }


def answer(request, send):
    """The `ok` of a request; None: it stays open, as `writable` does where nothing has to be fixed."""
    do, generation = request["do"], answer.generation
    if do == "find":
        return {"master": master(request)}
    if do == "check":
        return {"failures": [], "lagging": []}
    if do == "freshness":
        return {"fresh": True, "why": "", "generation": generation}
    if do == "restart":
        workers = [{"age": age, "pid": age} for age in range(1, WORKERS + 1)]
        return {"generation": generation, "workers": workers, "boot_errors": [], "ms": 1}
    if do == "flush":
        answer.generation += 1
        for written in range(1, WORKERS + 1):
            saved = {"event": "saved", "pid": written, "file": "f", "expected": WORKERS}
            send(dict(saved, id=request["id"], written=written))
        counts = {
            "expected": WORKERS,
            "written": WORKERS,
            "lost": [],
            "requests": 37,
            "reached": True,
        }
        return dict(counts, generation=generation, generations=[generation])
    if do == "collect":
        count = int(os.environ["SCREEN_FILES"])
        return {"report": report(count, generation, request["since"]), "superseded": []}
    if do == "read":
        return {"text": "value = 1\n" * STATEMENTS}
    if do == "writable":
        return {"waited": False}
    return {}


answer.generation = 1


def main():
    def send(message):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()

    hello = {"event": "hello", "protocol": 1, "program": "gunicov_helper", "python": "3"}
    send(dict(hello, pid=os.getpid(), uid=os.geteuid(), executable=sys.executable))
    for line in sys.stdin.buffer:
        request = json.loads(line)
        if request["do"] == "export":  # the files for editors are not what is measured
            error = {"kind": "cancelled", "message": "", "fix": ""}
            send({"id": request["id"], "error": error})
        else:
            send({"id": request["id"], "ok": answer(request, send)})
