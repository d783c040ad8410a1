"""Training LLM agents on the environments of `eto_envs` by exploration: SFT, ETO, evaluation.

The package needs the extra `agent`. Importing it costs nothing; its modules import torch and the like when used.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

from eto_envs.errors import MissingDependencyError

_NEEDED = ("torch", "transformers", "trl", "peft", "accelerate", "datasets", "pydantic", "scipy", "yaml")

_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    _message = f'eto_agent needs {", ".join(_missing)}; install what it needs with: pip install "eto-envs[agent]"'
    if Path(sys.argv[0]).name == "eto-agent" or sys.orig_argv[1:3] == ["-m", "eto_agent"]:
        print(f"eto-agent: {_message}", file=sys.stderr)  # the command says it in one line, without a traceback
        raise SystemExit(2)
    raise MissingDependencyError(_message)
