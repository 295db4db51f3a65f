from setuptools import setup

setup(
    name="lending",
    version="0.1",
    packages=[
        "lending",
        "lending.domain",
        "lending.adapters",
        "lending.service",
        "lending.entrypoints",
    ],
)
