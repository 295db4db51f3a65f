"""bench/faithful: what it finds, and that its projects are whole. One of them is run."""

import copy
import json
import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "bench" / "lib"))
from faithful import compare, corpus, facts, sharing
from faithful.project import Project
from faithful.record import Record

SERIAL = Project("serial", "", {"test_a.py": ""})
PARALLEL = Project("parallel", "", {"test_a.py": ""}, "pytest -n 2 --dist loadfile")


def report(test, when="call", outcome="passed", text=""):
    message = text.splitlines()[0] if text else ""
    more = {"text": text, "message": message, "expected": None, "sections": [], "who": ""}
    return {"kind": "report", "test": test, "when": when, "outcome": outcome, **more}


EVENTS = [
    {"kind": "note", "word": "session", "who": ""},
    {"kind": "start", "test": "test_a.py::test_a", "who": ""},
    report("test_a.py::test_a"),
    {"kind": "start", "test": "test_a.py::test_b", "who": ""},
    report("test_a.py::test_b", outcome="failed", text="assert 1 == 2"),
    {
        "kind": "warning",
        "category": "UserWarning",
        "message": "old",
        "when": "runtest",
        "test": "test_a.py::test_a",
        "who": "",
    },
    {"kind": "exit", "status": 1, "who": ""},
]


def found(change, project=SERIAL):
    """What is said to differ where one run's events are changed so."""
    other = copy.deepcopy(EVENTS)
    change(other)
    runs = [Record(copy.deepcopy(events), False) for events in (EVENTS, other)]
    return [one["what"] for one in compare.each(1, project, *runs)]


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda e: e.pop(0), "notes"),
        (lambda e: e.insert(0, dict(e[0])), "notes"),
        (lambda e: e[-1].update(status=0), "exit code"),
        (lambda e: e.append({**e[-1], "who": "gw0"}), "end of session"),
        (lambda e: e.pop(5), "warning"),
        (lambda e: e[4].update(text="assert False"), "report test_a.py::test_b"),
        (lambda e: e[2].update(sections=[["Captured stdout", "x"]]), "report test_a.py::test_a"),
        (lambda e: e.append(e.pop(1)), "order"),
    ],
)
def test_each_kind_of_difference_is_found(change, what):
    assert found(lambda _: None) == []
    [only] = found(change)
    assert only.startswith(what)


def test_a_files_tests_on_two_workers_break_loadfile_and_a_fixture_that_ran_once_more_is_found():
    assert sharing.broken("loadfile", [("gw0", "a.py::a"), ("gw1", "b.py::a")]) is None
    assert "two workers" in sharing.broken("loadfile", [("gw0", "a.py::a"), ("gw1", "a.py::b")])
    assert [what.split()[0] for what in found(lambda e: e.append(dict(e[0])), PARALLEL)] == ["note"]


PRINTED = """\
===== test session starts =====
===== FAILURES =====
===== PASSES =====
===== slowest durations =====
0.1s call test_a.py::test_a
===== 1 failed, 1 passed in 0.12s =====
"""


class Told:
    def plain_text(self, text):
        return text


def test_facts_that_say_something_else_are_found():
    expected = Record(copy.deepcopy(EVENTS), False)
    told = [
        {
            "type": "test.finished",
            "id": "test_a.py::test_a",
            "outcome": "passed",
            "message": "",
            "xfail": None,
        },
        {
            "type": "test.finished",
            "id": "test_a.py::test_b",
            "outcome": "failed",
            "message": "assert 1 == 2",
            "xfail": None,
        },
        {
            "type": "tests.told",
            "warnings": [{"category": "UserWarning", "message": "old", "count": 1}],
            "sections": [{"title": "slowest durations", "text": "0.1s"}],
        },
        {"type": "cycle.finished", "exit_code": 1},
    ]

    def against(facts_told):
        return [
            what for what, *_ in facts.against((1, PRINTED), expected, facts_told, Told(), SERIAL)
        ]

    passed, failed, besides, end = told
    assert against(told) == []
    assert against(told[1:]) == ["told outcome test_a.py::test_a"]
    assert against([failed, passed, besides, end]) == ["told order"]
    wrong = {**failed, "message": "no"}
    assert against([passed, wrong, besides, end]) == ["told message test_a.py::test_b"]
    assert against([*told[:3], {**end, "exit_code": 0}]) == ["cycle's exit code"]
    assert against([passed, failed, end]) == ["told warnings", "told sections"]
    marked = {**passed, "xfail": "xpassed"}
    assert against([marked, failed, besides, end]) == ["told xfail"]
    error = {"type": "error", "kind": "crashed", "message": "it ended"}
    assert against([passed, failed, besides, error, end]) == ["told error"]


def test_each_project_can_be_named_and_its_edits_change_something():
    names = [project.name for project in corpus.PROJECTS]
    assert len(names) == len(set(names)) >= 60
    assert not any("," in name or "@" in name for name in names)
    for project in corpus.PROJECTS:
        files = dict(project.whole())
        for name, old, new in project.changes():
            assert old is None or old in files[name], project.name
            files[name] = files[name] + new if old is None else files[name].replace(old, new)


def test_a_project_runs_as_plain_pytest_runs_it():
    words = ["bench/faithful.py", "--small", "--json", "--exactly", "controller and workers"]
    done = subprocess.run(
        [sys.executable, *words], check=False, cwd=ROOT, capture_output=True, text=True
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["projects"], told["runs"], told["skipped"]) == (1, 10, [])
    assert told["differences"] == 0, done.stderr
