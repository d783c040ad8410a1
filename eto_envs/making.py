"""From what a person types on the command line to an environment."""

from __future__ import annotations

import inspect
import json
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing, contextmanager
from typing import Any

import gymnasium
from gymnasium.envs.registration import load_env_creator

from eto_envs.core import TextEnv
from eto_envs.errors import EtoEnvError, MissingDependencyError, UnknownNameError
from eto_envs.plugins import import_module_of
from eto_envs.recording import text_env
from eto_envs.registration import ENV_IDS

__all__ = ["env_class", "full_id", "make_env", "make_with", "parse_settings"]


def full_id(name: str) -> str:
    """The registered id of a name: the id itself, its short form in any case (`scienceworld`), or `module:id`.

    Raises:
        UnknownNameError: no environment has the name.
    """
    if name in gymnasium.registry or ":" in name:
        return name
    short = {env_id.split("/")[-1].rsplit("-v", 1)[0].lower(): env_id for env_id in ENV_IDS}
    if name.lower() in short:
        return short[name.lower()]
    raise UnknownNameError.of("environment", name, ENV_IDS, "See: eto-envs list")


def parse_settings(pairs: Iterable[str]) -> dict[str, Any]:
    """Keyword arguments from `key=value` pairs; a value is JSON where it can be read as such, else text.

    Raises:
        UnknownNameError: a pair without a key or an equals sign, or a key given twice.
    """
    settings: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.isidentifier():
            raise UnknownNameError(f"Unusable setting {pair!r}; expected key=value, for instance max_steps=50.")
        if key in settings:
            raise UnknownNameError(f"Setting {key!r} is given twice; give it once.")
        try:
            settings[key] = json.loads(value)
        except ValueError:
            settings[key] = value
    return settings


def make_env(name: str, pairs: Sequence[str] = (), split: str | None = None) -> gymnasium.Env[str, str]:
    """Makes an environment from its name, `key=value` pairs and a split (None: the environment's default).

    Raises:
        UnknownNameError: an unknown environment, setting or split; or a value the environment cannot use.
        PluginError: the module of `module:id` does not exist or fails on import.
        MissingDependencyError: a package that the environment imports is not installed.
    """
    settings = parse_settings(pairs)
    if split is not None:
        settings["split"] = split
    return make_with(full_id(name), settings)


def make_with(env_id: str, settings: dict[str, Any]) -> gymnasium.Env[str, str]:
    """Makes an environment from its id and keyword arguments; raises as `make_env` does."""
    with _failures_told(env_id):
        _check_names(env_id, settings)
        try:
            return gymnasium.make(env_id, disable_env_checker=True, **settings)
        except (TypeError, ValueError) as error:
            if isinstance(error, EtoEnvError):
                raise
            raise UnknownNameError(f"{env_id} cannot be made with {settings}: {error}") from None


def env_class(name: str) -> type[TextEnv]:
    """The class of an environment, by any name that `full_id` takes, or by `module:Class`.

    Raises:
        UnknownNameError: no environment has the name, or it is none of this suite.
        PluginError, MissingDependencyError: its module, or a package that it needs, cannot be imported.
    """
    env_id = full_id(name)
    with _failures_told(env_id):
        found = _creator(env_id)
        if not inspect.isclass(found):  # a function that makes one
            with closing(gymnasium.make(env_id, disable_env_checker=True)) as made:
                return type(text_env(made))
    return _of_the_suite(env_id, found)


def _creator(env_id: str) -> Any:
    """The class or function that Gymnasium makes the environment with."""
    module = import_module_of(env_id) if ":" in env_id else None  # this is what registers the id
    plain_id = env_id.rpartition(":")[2]
    if plain_id not in gymnasium.registry and inspect.isclass(getattr(module, plain_id, None)):
        return getattr(module, plain_id)
    entry_point = gymnasium.spec(plain_id).entry_point
    return load_env_creator(entry_point) if isinstance(entry_point, str) else entry_point


def _of_the_suite(env_id: str, found: type[Any]) -> type[TextEnv]:
    if not issubclass(found, TextEnv):
        raise UnknownNameError(f"{env_id!r} is no environment of this suite; expected a subclass of eto_envs.TextEnv.")
    return found


@contextmanager
def _failures_told(env_id: str) -> Generator[None]:
    """Turns the errors of other packages into errors of this one that say what to do."""
    try:
        yield
    except EtoEnvError:
        raise
    except gymnasium.error.Error as error:
        raise UnknownNameError(f"Unknown environment {env_id!r}: {error} See: eto-envs list") from None
    except ImportError as error:
        raise MissingDependencyError(f"{env_id} cannot be imported: {error}. Run: eto-envs doctor") from None


def _check_names(env_id: str, settings: dict[str, Any]) -> None:
    creator = _creator(env_id)
    if not inspect.isclass(creator):
        return
    known = setting_names(_of_the_suite(env_id, creator))
    for key in settings:
        if key not in known:
            raise UnknownNameError.of("setting", key, known, where=f"of {env_id.rpartition(':')[2]}")


def setting_names(env_class: type[TextEnv]) -> list[str]:
    """The keyword arguments of an environment class, those that it hands on to `TextEnv` included."""
    names: list[str] = []
    for base in env_class.__mro__:
        init = vars(base).get("__init__")
        if init is None:
            continue
        parameters = list(inspect.signature(init).parameters.values())[1:]
        named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
        if base is TextEnv:
            named = [name for name in named if name not in ("manifest", "split")]  # a world hands these on itself
        names += [name for name in named if name not in names]
        if not any(p.kind is p.VAR_KEYWORD for p in parameters):
            break
    return names
