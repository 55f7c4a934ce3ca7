"""What an agent can write about remotes, and the push of a merge that meets it.

Where a remote lies is the repository's own to say; who stands at its door there is not tested.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from door import POLICY
from hostile.canaries import Canary, springs
from hostile.hooks import plant_hooks
from hostile.stages import Scene
from repository import Repo

# What is set, and the remote's address if the program is only run for such a one.
REMOTE: dict[str, tuple[tuple[str, ...], str | None]] = {
    "receivepack": (("remote.origin.receivepack",), None),
    "ssh": (("core.sshCommand",), "ssh://localhost:9/x"),
    "proxy": (("core.gitProxy",), "git://127.0.0.1:9/x"),
}
FORCED = {"transport": "ext::{program} %S", "helper": "{program} %S"}


def accepted(scene: Scene) -> Repo:
    """Takes the feature to its acceptance, with a remote that has the target; returns that."""
    project = scene.project
    assert project.move("WP01", "canceled", "bot", "--note", "No.").data
    assert project.move("WP03", "canceled", "bot", "--note", "No.").data
    path = scene.main.path.parent / "remote.git"
    scene.main.git("clone", "--quiet", "--bare", ".", path)
    scene.main.git("remote", "add", "origin", path)
    scene.main.git("fetch", "--quiet", "origin")
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data
    return Repo(path)


def push(scene: Scene) -> str | None:
    words = ("--actor", "bot", "--policy", POLICY, "--push")
    code: str | None = scene.project.api("merge-feature", *words).envelope["error_code"]
    return code


def lay(scene: Scene, canary: Canary, name: str) -> None:
    keys, address = REMOTE.get(name, ((), FORCED.get(name, "").format(program=canary.program)))
    scene.configure(*((key, str(canary.program)) for key in keys))
    if name in FORCED:
        scene.configure(("protocol.ext.allow", "always"))
    if name == "helper":
        scene.configure(("remote.origin.vcs", "ext"))
    if address:
        scene.main.git("config", "remote.origin.url", address)


# A push ends well where a trusted program takes the place of the one that was named.
ENDS: dict[str, str | None] = {
    **dict.fromkeys(("ssh", "proxy", "transport", "helper"), "PUSH_FAILED"),
    "receivepack": None,
}


def test_no_program_that_the_repository_names_is_run_by_a_push(
    scene: Scene, canary: Canary
) -> None:
    remote = accepted(scene)
    before = remote.tip("main")
    written = (scene.git_dir / "config").read_bytes()
    found = {}
    for name in (*FORCED, *reversed(REMOTE)):
        lay(scene, canary, name)
        armed = springs(canary, scene.main.path, "git", "push", "origin", "main:other")
        if name == "receivepack":
            scene.configure(("remote.origin.uploadpack", str(canary.program)))
        found[name] = (armed, push(scene), canary.heard())
        (scene.git_dir / "config").write_bytes(written)
    assert found == {name: (True, code, []) for name, code in ENDS.items()}
    assert remote.tip("main") != before


def test_no_hook_runs_in_a_push(scene: Scene, canary: Canary) -> None:
    accepted(scene)
    plant_hooks(canary, scene.git_dir / "hooks")
    assert springs(canary, scene.main.path, "git", "push", "origin", "main:other")
    assert (push(scene), canary.heard()) == (None, [])


def test_credentials_are_asked_of_nobody_whom_the_repository_names(
    scene: Scene, canary: Canary, unauthorized: str
) -> None:
    accepted(scene)
    scene.configure(
        *(("credential.helper", str(canary.program)), ("core.askPass", str(canary.program))),
        (f"credential.{unauthorized}.helper", f"!{canary.program}"),
    )
    scene.main.git("config", "remote.origin.url", f"{unauthorized}/cats.git")
    assert springs(canary, scene.main.path, "git", "push", "origin", "main")
    assert (push(scene), canary.heard()) == ("PUSH_FAILED", [])


@pytest.fixture
def unauthorized() -> Iterator[str]:
    """Gives the address of a server that wants a password for whatever it is asked."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Unauthorized)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Unauthorized(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(401)
        self.send_header("WWW-Authenticate", "Basic realm=cats")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""
