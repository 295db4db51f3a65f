"""Tests in parallel without new interpreters: collected once, then run in forks of that process.

xdist starts an interpreter for each worker, and each collects all tests again. Here the process that
has collected them forks *shards*, which take tests from it one by one, as xdist's workers do with
`--dist load`, and send their reports back. What xdist's workers promise holds: fixtures of session
scope are set up once a shard, `worker_id` and PYTEST_XDIST_WORKER name it, a crash fails its test.
Where that can't be kept (`fit.py` says when), xdist runs the tests itself.
"""
