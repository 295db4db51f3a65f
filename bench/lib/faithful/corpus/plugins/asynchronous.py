"""Tests that are coroutines."""

from ...project import Project

ASYNCIO = {
    "conftest.py": """\
import asyncio, pytest_asyncio
from note import note

@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def server():
    note("server")
    yield asyncio.get_running_loop()
    note("end of server")

@pytest_asyncio.fixture
async def client():
    await asyncio.sleep(0)
    note("client")
    yield 3
    note("end of client")
""",
    "test_a.py": """\
import asyncio, pytest

async def test_a(client): assert client == 3

@pytest.mark.asyncio(loop_scope="session")
async def test_b(server): assert asyncio.get_running_loop() is server

async def test_c():
    await asyncio.sleep(0.01)
    assert {"a": [1]} == {"a": [2]}

async def test_d():
    async with asyncio.timeout(0.01):
        await asyncio.sleep(9)

def test_plain(client): pass
""",
    "pytest.ini": "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n",
}
STRICT = {
    "test_a.py": """\
import asyncio, pytest

@pytest.mark.asyncio
async def test_a(): await asyncio.sleep(0)

async def test_without_mark(): assert 0

@pytest.mark.asyncio
async def test_leaves_a_task(): asyncio.ensure_future(asyncio.sleep(9))
""",
}
ANYIO = {
    "conftest.py": """\
import pytest
from note import note

@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request): return request.param

@pytest.fixture(scope="module")
async def resource(anyio_backend):
    note(f"resource of {anyio_backend}")
    yield anyio_backend
    note(f"end of resource of {anyio_backend}")
""",
    "test_a.py": """\
import anyio, pytest
pytestmark = pytest.mark.anyio

async def test_a(resource): await anyio.sleep(0)
async def test_b(resource): assert resource == "trio"
async def test_group():
    async with anyio.create_task_group() as group:
        group.start_soon(fail)
async def fail(): raise ValueError("in a task")
""",
}
TRIO = {
    "test_a.py": """\
import trio, pytest

async def test_a(autojump_clock): await trio.sleep(100)
async def test_b(nursery): nursery.start_soon(trio.sleep, 0)
async def test_c(): assert 0, "c"
""",
    "pytest.ini": "[pytest]\ntrio_mode = true\n",
}
PYTEST_ASYNCIO, TWO = "pytest-asyncio>=1.3,<2", ("anyio>=4.12,<5", "trio>=0.32,<1")

PROJECTS = [
    Project("asyncio", "loops and async fixtures", ASYNCIO, packages=(PYTEST_ASYNCIO,)),
    Project(
        "asyncio xdist",
        "the same",
        ASYNCIO,
        "pytest -n 2",
        (PYTEST_ASYNCIO,),
        varying=("server", "end of server"),
    ),
    Project("asyncio strict", "unmarked coroutines", STRICT, packages=(PYTEST_ASYNCIO,)),
    Project("asyncio debug", "of Python's", ASYNCIO, "pytest --asyncio-debug", (PYTEST_ASYNCIO,)),
    Project("anyio", "two backends", ANYIO, packages=TWO),
    Project("trio", "its clock and nursery", TRIO, packages=("pytest-trio>=0.8,<1", TWO[1])),
]
