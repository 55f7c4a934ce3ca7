"""Is a process in which the host is imported already; it forks one that runs, for each call.

A call so costs its own work and not the interpreter's start: a matrix makes thousands. What a call
had to import all the same is imported here before the next one. The fork runs the program's own
`main`, with its own streams, environment and folder; it can be traced by strace, which is attached
before the first instruction of `main`. Started as a program, it reads one call a line from standard
input, as JSON, and answers each with a line.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import json
import os
import pkgutil
import subprocess
import sys
import time
from typing import Any

_PATIENCE_SECONDS = 60.0
_ANY_TRACER = (0x59616D61, -1)


def serve() -> None:
    """Answers calls until standard input ends."""
    _import_all()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps({"status": _run(json.loads(line))}), flush=True)


def _import_all() -> None:
    import spec_kitty

    for module in pkgutil.walk_packages(spec_kitty.__path__, "spec_kitty."):
        importlib.import_module(module.name)
    gc.freeze()


def _run(call: dict[str, Any]) -> int:
    """Runs one call to its end and returns its exit status as `subprocess` counts it."""
    told, tell = os.pipe()
    alive, living = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(tell)
        os.close(alive)
        _be_host(call, told, living)
    os.close(told)
    os.close(living)
    tracer = _attach(child, call["trace"]) if call["trace"] else None
    os.write(tell, b"!")
    os.close(tell)
    _, status = os.waitpid(child, 0)
    if tracer is not None:
        tracer.wait(_PATIENCE_SECONDS)
    # Everything that the call started holds this pipe: a git may outlive a killed host.
    with open(alive, encoding="utf-8") as missed:
        _import_too(missed.read().split())
    return os.waitstatus_to_exitcode(status)


def _import_too(names: list[str]) -> None:
    for name in names:
        importlib.import_module(name)
    if names:
        gc.freeze()


def _attach(child: int, words: list[str]) -> subprocess.Popen[bytes]:
    tracer = subprocess.Popen(
        ["strace", "-qq", *words, "-p", str(child)], stdin=subprocess.DEVNULL, stdout=2
    )
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not _is_traced(child):
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("strace could not be attached")
    return tracer


def _is_traced(process: int) -> bool:
    with open(f"/proc/{process}/status", encoding="ascii", errors="replace") as file:
        (line,) = [line for line in file if line.startswith("TracerPid:")]
    return int(line.split()[1]) != 0


def _be_host(call: dict[str, Any], told: int, living: int) -> None:
    """Becomes the host: waits for the word to go, then runs the program and ends."""
    status = 70
    try:
        os.setsid()
        ctypes.CDLL(None).prctl(*_ANY_TRACER, 0, 0, 0)
        os.set_inheritable(living, True)
        os.environ.clear()
        os.environ.update(call["env"])
        os.chdir(call["folder"])
        for number, name in ((1, call["stdout"]), (2, call["stderr"])):
            stream = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(stream, number)
            os.close(stream)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        sys.argv[:] = ["spec-kitty", *call["words"]]
        os.read(told, 1)
        os.close(told)
        known = set(sys.modules)
        status = _end_of_main()
        os.write(living, " ".join(sys.modules.keys() - known).encode())
    finally:
        os._exit(status)


def _end_of_main() -> int:
    from spec_kitty.__main__ import main

    try:
        main()
    except SystemExit as end:
        code = end.code
    sys.stdout.flush()
    sys.stderr.flush()
    return code if isinstance(code, int) else 0 if code is None else 1


if __name__ == "__main__":
    serve()
