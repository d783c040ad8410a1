"""What importing the package costs and says."""

from __future__ import annotations

import subprocess
import sys

from eto_envs.errors import EtoEnvError, MissingDependencyError

WITHOUT_TRL = """
import importlib.util
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name in ("trl", "peft") else real(name, *rest)
import eto_agent
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_without_the_extra() -> None:
    result = run(WITHOUT_TRL)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1] == (
        "eto_envs.errors.MissingDependencyError: eto_agent needs trl, peft; "
        'install what it needs with: pip install "eto-envs[agent]"'
    )
    assert issubclass(MissingDependencyError, EtoEnvError)


def test_imports_stay_light() -> None:
    """Conversations, settings and the names of models need no torch."""
    code = (
        "import sys, eto_agent.chat.encoder, eto_agent.training.fit, eto_agent.models;"
        "assert not {'torch', 'transformers', 'trl', 'datasets', 'peft'} & set(sys.modules)"
    )
    result = run(code)
    assert result.returncode == 0, result.stderr
