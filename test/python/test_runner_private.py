"""What tests write where the runner listens to its child is no message, and ends nothing."""

pytest_plugins = ("runner_client",)

TEST = """
import os, stat

def test_garbage():
    for name in os.listdir("/proc/self/fd"):
        fd = int(name)
        try:
            pipe = fd > 2 and stat.S_ISFIFO(os.fstat(fd).st_mode)
            if pipe and "l-wx" == stat.filemode(os.lstat(f"/proc/self/fd/{name}").st_mode)[:4]:
                os.write(fd, GARBAGE)
        except OSError:
            pass

def test_after():
    pass
"""
GARBAGE = (
    b'null\n[1]\n{}\n7\n"x"\n'
    b'{"event":"test"}\n{"event":"total"}\n{"event":["test"]}\n'
    b'{"event":"total","total":"x","missing":5}\n{"event":"modules","modules":{"os":[1]}}\n'
    b"\xff\xfe\x00\n" + b"[" * 5000 + b"\n"
)


def test_garbage_from_the_tests_ends_nothing(runner, suite):
    suite.write("test_garbage.py", TEST.replace("GARBAGE", repr(GARBAGE)))
    answer = runner.run(suite.dir)
    assert answer.ok is not None, answer
    assert (answer.ok["passed"], answer.ok["total"]) == (2, 2)
    assert runner.run(suite.dir, "-k", "after").ok["passed"] == 1
