"""The Python end of a py4j connection: method calls on Java objects, as lines of text over one loopback socket.

py4j's own client is not used, for three reasons: it sends a command again when the answer is lost (a step would be
taken twice), it frees Java objects from finalizers, which a forked child would run on the parent's socket, and it
writes stack traces to the log when the other side is gone. The Java end is py4j's, unchanged.
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from typing import TypeVar

__all__ = ["Gateway", "JavaError", "JavaRef"]


@dataclass(frozen=True, slots=True)
class JavaRef:
    """A Java object that lives on the other side until it is released."""

    id: str


# The letters of py4j's text protocol that are used here.
_SUCCESS, _RETURN, _END, _STATIC = "y", "!", "e", "z:"
_STRING, _INTEGER, _LONG, _DOUBLE, _BOOLEAN, _REFERENCE, _VOID, _NULL = "s", "i", "L", "d", "b", "r", "v", "n"
_ESCAPES = {"\\": "\\", "n": "\n", "r": "\r"}
_ESCAPED = re.compile(r"\\(.)")

Argument = str | int | bool | JavaRef | None
T = TypeVar("T", bound="str | int | float | bool | JavaRef | None")


class JavaError(Exception):
    """A Java method threw; the text is the Java exception's."""


class Gateway:
    """One authenticated connection. Not for use from several threads.

    Args:
        port: loopback port of the py4j server.
        token: its authentication token.
        timeout_s: how long an answer may take.

    Attributes:
        waiting: whether an answer is outstanding. Where that is so after a method has ended (in an error, or an
            interrupt), the answer would be taken for that of the next request: the connection has to be closed.

    Every method raises JavaError where Java threw, and OSError or EOFError where the connection broke.
    """

    def __init__(self, port: int, token: str, timeout_s: float) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._answers = self._socket.makefile("rb")
        self.waiting = False
        try:
            self._value(self._exchange(f"A\n{_escaped(token)}\n"), type(None))
        except BaseException:
            self.close()
            raise

    def new(self, class_name: str, *arguments: Argument) -> JavaRef:
        """Constructs an object."""
        answer = self._exchange(_command("i", class_name, *map(_encoded, arguments)))
        return self._value(answer, JavaRef)

    def call(self, returns: type[T], target: JavaRef | str, method: str, *arguments: Argument) -> T:
        """Calls a method of an object, or a static method of a class given by name.

        Args:
            returns: the type of the result; anything else is a TypeError.
        """
        answer = self._exchange(_call(target, method, arguments))
        return self._value(answer, returns)

    def run(self, target: JavaRef | str, method: str, *arguments: Argument) -> None:
        """Calls a method that returns nothing."""
        self.call(type(None), target, method, *arguments)

    def text(self, target: JavaRef | str, method: str, *arguments: Argument) -> str:
        """Calls a method and returns its result's `toString`; the result itself is released."""
        result = self.call(JavaRef, target, method, *arguments)
        text = self.call(str, result, "toString")
        self.release(result)
        return text

    def lines(self, target: JavaRef | str, method: str) -> tuple[str, ...]:
        """Calls a method that returns a list of strings without newlines, and returns the strings."""
        result = self.call(JavaRef, target, method)
        text = self.call(str, "java.lang.String", "join", "\n", result)
        self.release(result)
        return tuple(text.split("\n")) if text else ()

    def release(self, *references: JavaRef) -> None:
        """Lets Java forget objects."""
        for reference in references:
            self._exchange(_command("m", "d", reference.id))

    def close(self) -> None:
        """Closes the connection; it may be called again."""
        self._answers.close()
        self._socket.close()

    def _exchange(self, command: str) -> str:
        """Sends a command and reads its answer. One at a time: the Java end holds a second answer back for 40 ms."""
        data = command.encode()
        self.waiting = True
        self._socket.sendall(data)
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise EOFError("the connection was closed")
        self.waiting = False
        return line[:-1].decode().removeprefix(_RETURN)

    def _value(self, answer: str, returns: type[T]) -> T:
        """Decodes an answer: success or error, a letter for the type, the value."""
        success, kind, rest = answer[:1] == _SUCCESS, answer[1:2], answer[2:]
        value: object
        if kind == _STRING:
            value = _ESCAPED.sub(lambda match: _ESCAPES.get(match[1], match[1]), rest)
        elif kind in (_INTEGER, _LONG):
            value = int(rest)
        elif kind == _DOUBLE:
            value = float(rest)
        elif kind == _BOOLEAN:
            value = rest.lower() == "true"
        elif kind in (_VOID, _NULL, ""):
            value = None
        else:  # an object, a list, an array: whatever it is, it stays in Java
            value = JavaRef(rest)
        if not success:
            raise JavaError(self._described(value))
        if not isinstance(value, returns):
            raise TypeError(f"Java returned {value!r}; expected {returns.__name__}.")
        return value

    def _described(self, error: object) -> str:
        if not isinstance(error, JavaRef):
            return str(error)
        text = self.call(str, error, "toString")
        self.release(error)
        return text


def _command(name: str, *parts: str) -> str:
    return "\n".join((name, *parts, _END, ""))


def _call(target: JavaRef | str, method: str, arguments: tuple[Argument, ...]) -> str:
    name = target.id if isinstance(target, JavaRef) else _STATIC + target
    return _command("c", name, method, *map(_encoded, arguments))


def _encoded(argument: Argument) -> str:
    if argument is None:
        return _NULL
    if isinstance(argument, JavaRef):
        return _REFERENCE + argument.id
    if isinstance(argument, bool):
        return f"{_BOOLEAN}{argument}"
    if isinstance(argument, int):
        return f"{_INTEGER if -(2**31) <= argument < 2**31 else _LONG}{argument}"
    return _STRING + _escaped(argument)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r", "\\r").replace("\n", "\\n")
