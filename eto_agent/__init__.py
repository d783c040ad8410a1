"""Training LLM agents on the environments of `eto_envs` by exploration: SFT, ETO, evaluation.

The package needs the extra `agent`. Importing it costs nothing; its modules import torch and the like when used.
"""

from importlib.util import find_spec

from eto_envs.errors import MissingDependencyError

_NEEDED = ("torch", "transformers", "trl", "peft", "accelerate", "datasets")

_missing = [name for name in _NEEDED if find_spec(name) is None]
if _missing:
    raise MissingDependencyError(
        f'eto_agent needs {", ".join(_missing)}; install what it needs with: pip install "eto-envs[agent]"'
    )
