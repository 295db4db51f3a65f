"""Who owes data: rosters over records written by hand, with real processes behind them."""

import json
import os
import select
import subprocess
import time

import pytest
from gunicov_common.failure import Failure
from gunicov_common.process import Process
from gunicov_helper.process.deaths import Deaths
from gunicov_helper.process.watch import POLL_SECONDS, Inotify, Watch
from gunicov_helper.protocol.wait import Clock
from gunicov_helper.record.boots import Boots
from gunicov_helper.record.record import Record
from gunicov_helper.record.roster import Roster


class HandMade:
    """A record written by hand; this test process plays the master."""

    def __init__(self, path):
        self.path = path
        path.mkdir(mode=0o700)
        self.write("master.json", {"workers": 2})

    def write(self, name, value):
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(value if isinstance(value, str) else json.dumps(value))

    def generation(self, number):
        self.write(f"gen-{number:06d}/manifest.json", {"generation": number, "settings": {}})
        return number

    def forked(self, number, age, pid):
        self.write(f"gen-{number:06d}/forked/{age}", "" if pid is None else str(pid))

    def note(self, number, kind, age, **fields):
        self.write(f"gen-{number:06d}/{kind}/{age}.json", dict(fields, age=age))

    def saved(self, number, age, pid, file="default", **fields):
        if file == "default":
            file = f".coverage.host.{pid}.{age}"
            self.write(f"gen-{number:06d}/{file}", "data")
        self.note(number, "saved", age, pid=pid, file=file, **dict({"requests": 3}, **fields))


@pytest.fixture
def record(tmp_path):
    return HandMade(tmp_path / "record")


@pytest.fixture
def sleeper():
    """A factory of living children (they stand for workers)."""
    started = []

    def start():
        started.append(subprocess.Popen(["sleep", "60"]))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


@pytest.fixture
def deaths():
    with Deaths(Process.read(os.getpid())) as deaths:
        yield deaths


def dead_pid():
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def roster_of(record, number, deaths, **options):
    return Roster(Record(str(record.path)).get(number), deaths, **options)


def test_every_worker_has_saved(record, deaths):
    record.generation(1)
    for age in (1, 2):
        record.forked(1, age, dead_pid())
        record.saved(1, age, 50 + age)
    roster = roster_of(record, 1, deaths)
    assert roster.look() == [1, 2]
    assert roster.pending() == [] and roster.lost == {}
    assert (roster.expected(), roster.written(), roster.requests()) == (2, 2, 6)
    assert roster.look() == []


def test_a_living_worker_is_waited_for(record, deaths, sleeper):
    record.generation(1)
    record.forked(1, 1, sleeper().pid)
    roster = roster_of(record, 1, deaths, cause_seconds=0)
    roster.look()
    assert roster.pending() == [1] and (roster.expected(), roster.written()) == (1, 0)
    record.saved(1, 1, 5)
    assert roster.look() == [1] and roster.pending() == []


def test_a_worker_that_measured_nothing_counts_in_neither_number(record, deaths):
    record.generation(1)
    for age in (1, 2):
        record.forked(1, age, dead_pid())
    record.saved(1, 1, 51, file=None)
    record.saved(1, 2, 52)
    roster = roster_of(record, 1, deaths)
    assert roster.look() == [1, 2]
    assert (roster.expected(), roster.written()) == (1, 1)
    assert roster.file(1) is None and roster.lost == {}


def test_a_recycled_worker_is_on_the_roster(record, deaths, sleeper):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    record.saved(1, 1, 51)
    record.note(1, "done", 1, cause="exit")
    record.forked(1, 3, sleeper().pid)  # forked later, in place of 1
    roster = roster_of(record, 1, deaths)
    assert roster.look() == [1]
    assert roster.pending() == [3] and roster.expected() == 2


def test_a_worker_that_died_without_saving_is_lost_with_the_masters_cause(record, deaths):
    record.generation(1)
    pid = dead_pid()
    record.forked(1, 1, pid)
    roster = roster_of(record, 1, deaths)
    roster.look()
    assert roster.pending() == [1], "the master may still tell why"
    record.note(1, "done", 1, cause="timeout")
    roster.look()
    assert roster.lost == {1: "timeout"} and roster.worker(1) == {"age": 1, "pid": pid}
    assert (roster.expected(), roster.written()) == (1, 0)


def test_a_worker_that_timed_out_is_lost_though_it_saved(record, deaths):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    record.note(1, "done", 1, cause="timeout")
    record.saved(1, 1, 51)
    roster = roster_of(record, 1, deaths)
    assert roster.look() == []
    assert roster.lost == {1: "timeout"}
    assert (roster.expected(), roster.written()) == (1, 0)


def test_without_a_word_from_the_master_the_cause_is_unknown(record, deaths):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    roster = roster_of(record, 1, deaths, cause_seconds=0.05)
    roster.look()
    time.sleep(0.06)
    roster.look()
    assert roster.lost == {1: "unknown"}


def test_a_worker_seen_gone_just_before_it_is_seen_saved_is_not_lost(record, deaths):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    record.note(1, "done", 1, cause="exit")
    record.saved(1, 1, 51)
    roster = roster_of(record, 1, deaths, cause_seconds=0)
    assert roster.look() == [1] and roster.lost == {}


def test_saving_between_the_look_at_the_process_and_at_saved(record, deaths, sleeper):
    """The order matters: were `saved` read first, this worker would be lost."""
    record.generation(1)
    process = sleeper()
    record.forked(1, 1, process.pid)

    class Dying(Deaths):
        def gone(self, pid, start_time=None):
            record.saved(1, 1, pid)
            process.kill()
            process.wait()
            return super().gone(pid, start_time)

    with Dying(deaths.master) as dying:
        roster = roster_of(record, 1, dying, cause_seconds=0)
        assert roster.look() == [1] and roster.lost == {}


def test_a_pid_that_came_again_is_not_the_worker(record, deaths, sleeper):
    process = sleeper()
    about = Process.read(process.pid)
    assert not deaths.gone(process.pid, about.start_time)
    assert deaths.gone(process.pid, about.start_time + 1), "another start time"
    assert deaths.gone(1), "another parent"
    record.generation(1)
    record.forked(1, 1, process.pid)
    record.note(1, "booted", 1, pid=process.pid, start_time=about.start_time + 1)
    roster = roster_of(record, 1, deaths, cause_seconds=0)
    roster.look()
    assert roster.lost == {1: "unknown"}


def test_a_zombie_is_gone(deaths):
    process = subprocess.Popen(["true"])
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    assert deaths.gone(process.pid)
    process.wait()


def test_a_worker_whose_pid_is_not_written_yet_is_waited_for(record, deaths):
    record.generation(1)
    record.forked(1, 1, None)
    roster = roster_of(record, 1, deaths, cause_seconds=0)
    roster.look()
    assert roster.pending() == [1] and roster.expected() == 1
    record.forked(1, 1, dead_pid())
    roster.look()
    assert roster.lost == {1: "unknown"}


def test_data_that_failed_to_save_or_was_removed_is_lost(record, deaths):
    record.generation(1)
    for age in (1, 2):
        record.forked(1, age, dead_pid())
    record.saved(1, 1, 51, file=None, error="disk full")
    record.saved(1, 2, 52, file=".coverage.removed")
    roster = roster_of(record, 1, deaths)
    assert roster.look() == []
    assert "disk full" in roster.lost[1] and "removed" in roster.lost[2]
    assert (roster.expected(), roster.written()) == (2, 0)


def test_why_data_is_lost_is_not_reported_over_again_by_the_end_of_the_process(record, deaths):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    record.saved(1, 1, 51, file=None, error="disk full")
    record.note(1, "done", 1, cause="exit")
    roster = roster_of(record, 1, deaths)
    roster.look()
    assert "disk full" in roster.lost[1]


def test_a_worker_whose_pid_could_not_be_written_has_gone_with_all_that_were_there(
    record, deaths, sleeper
):
    record.generation(1)
    record.forked(1, 1, None)
    process = sleeper()
    roster = roster_of(record, 1, deaths, cause_seconds=0)
    roster.look()
    assert roster.pending() == [1]
    deaths.signalled()
    roster.look()
    assert roster.pending() == [1]  # it may be that process
    process.kill()
    process.wait()
    roster.look()
    assert roster.lost == {1: "unknown"} and roster.expected() == 1


def test_a_generation_counts_from_its_manifest_on(record):
    record.generation(1)
    (record.path / "gen-000002" / "forked").mkdir(parents=True)
    known = Record(str(record.path))
    assert [one.number for one in known.generations()] == [1]
    record.generation(2)
    assert known.generations()[-1].number == 2
    assert known.get(3) is None


def test_half_written_and_foreign_files_are_passed_over(record, deaths):
    record.generation(1)
    record.forked(1, 1, dead_pid())
    for name in ("saved/.1.json.7.0.tmp", "saved/x.json", "saved/2.json", "forked/.1.7.0.tmp"):
        record.write(f"gen-000001/{name}", '{"half":')
    record.write("gen-000001/saved/3.json", "[]")
    roster = roster_of(record, 1, deaths)
    assert roster.look() == [] and roster.pending() == [1]


def test_boots_settle_with_booted_failed_and_vanished_workers(record, deaths, sleeper):
    record.generation(1)
    generation = Record(str(record.path)).get(1)
    boots = Boots(generation, 2, deaths)
    boots.look()
    assert not boots.settled(), "nobody is forked yet"
    record.forked(1, 1, sleeper().pid)
    record.note(1, "booted", 1, pid=1)
    assert boots.look() == [1] and not boots.settled(), "two are wanted"
    record.forked(1, 2, dead_pid())
    boots.look()
    assert not boots.settled(), "one that died while booting does not count"
    record.forked(1, 3, sleeper().pid)
    boots.look()
    assert not boots.settled() and "worker 3" in boots.missing()
    record.note(1, "boot-error", 3, pid=3, traceback="ImportError")
    assert boots.look() == [] and boots.settled()
    assert list(boots.errors) == [3]


def test_the_manifest_says_how_many_workers(record):
    record.generation(1)
    known = Record(str(record.path))
    assert known.workers(known.get(1)) == 2
    record.write("gen-000002/manifest.json", {"generation": 2, "settings": {"workers": 5}})
    assert known.workers(known.get(2)) == 5


def test_a_record_that_others_can_write_is_not_believed(record):
    known = Record(str(record.path))
    known.verify({os.geteuid()})
    with pytest.raises(Failure, match="private"):
        known.verify({os.geteuid() + 1})
    record.path.chmod(0o777)
    with pytest.raises(Failure):
        known.verify({os.geteuid()})
    link = record.path.with_name("link")
    record.path.chmod(0o700)
    link.symlink_to(record.path)
    with pytest.raises(Failure):
        Record(str(link)).verify({os.geteuid()})


@pytest.mark.parametrize("blind", [False, True])
def test_a_watch_wakes_for_a_new_file(tmp_path, monkeypatch, blind):
    if blind:
        monkeypatch.setattr(Inotify, "open", classmethod(lambda cls: None))
    clock = Clock(5)
    with Watch() as watch:
        watch.follow([str(tmp_path), str(tmp_path / "later")])
        assert watch.blind == blind
        wait = watch.wait(clock, "a file")
        if blind:
            assert wait.until - time.monotonic() <= POLL_SECONDS
            return
        assert not select.select(wait.fds, [], [], 0)[0]
        (tmp_path / "later").mkdir()
        assert select.select(wait.fds, [], [], 1)[0]
        watch.follow([str(tmp_path), str(tmp_path / "later")])
        assert not select.select(wait.fds, [], [], 0)[0]
        os.rename(tmp_path / "later", tmp_path / "moved")
        (tmp_path / "moved" / "file").write_text("x")
        assert select.select(wait.fds, [], [], 1)[0]


def test_a_watch_is_not_woken_by_what_the_one_before_it_followed(tmp_path):
    clock = Clock(5)
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with Watch() as before:
        before.follow([str(tmp_path / "a")])
        (tmp_path / "a" / "unread").touch()
    (tmp_path / "a" / "file").touch()
    with Watch() as watch:
        assert watch.fd == before.fd
        watch.follow([str(tmp_path / "b")])
        (tmp_path / "a" / "other").touch()
        assert not select.select(watch.wait(clock, "a file").fds, [], [], 0)[0]
        (tmp_path / "b" / "file").touch()
        assert select.select(watch.wait(clock, "a file").fds, [], [], 1)[0]


def test_a_clock_runs_out_saying_for_what():
    with pytest.raises(Failure, match=r"still waiting for the tea") as caught:
        Clock(0).wait("the tea")
    assert caught.value.kind == "timeout"
