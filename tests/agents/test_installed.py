"""Checks how agents are installed, with an npm that is played by a script."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from installed import (
    NotInstalledError,
    NpmUnreachableError,
    Package,
    cache_folder,
    install,
    main,
    program,
)

_PACKAGE = Package("Agent", "@maker/agent", "1.2.3", "node_modules/@maker/agent-*/agent")

_NPM = """\
#!/bin/sh
echo "$@" >>"$CALLS"
for word; do case $word in --prefix=*) place=${word#--prefix=};; esac; done
mkdir -p "$place/node_modules/@maker/agent-here"
program="$place/node_modules/@maker/agent-here/agent"
printf '#!/bin/sh\\n%s\\n' "$PROGRAM" >"$program"
chmod +x "$program"
"""


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Puts an npm in place that installs a program; returns it, to be rewritten."""
    file = tmp_path / "bin/npm"
    file.parent.mkdir()
    file.write_text(_NPM)
    file.chmod(0o755)
    monkeypatch.setenv("PATH", f"{file.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("PROGRAM", "echo 1.2.3")
    return file


def _entries(cache: Path) -> list[str]:
    return sorted(path.name for path in cache.iterdir())


def test_an_agent_is_installed_once(npm: Path, tmp_path: Path) -> None:
    first = install(_PACKAGE, tmp_path / "cache")
    second = install(_PACKAGE, tmp_path / "cache")

    assert first == second == program(_PACKAGE, tmp_path / "cache")
    assert _entries(tmp_path / "cache") == ["lock", "maker_agent@1.2.3"]
    (call,) = (tmp_path / "calls").read_text().splitlines()
    assert call.startswith("install --prefix=")
    assert "--ignore-scripts" in call
    assert call.endswith("@maker/agent@1.2.3")


def test_what_an_interrupted_installation_left_is_not_taken_for_a_whole_one(
    npm: Path, tmp_path: Path
) -> None:
    (tmp_path / "cache/partial-old/node_modules").mkdir(parents=True)
    with pytest.raises(NotInstalledError):
        program(_PACKAGE, tmp_path / "cache")

    install(_PACKAGE, tmp_path / "cache")

    assert _entries(tmp_path / "cache") == ["lock", "maker_agent@1.2.3"]


@pytest.mark.parametrize("told", ["echo 1.2.4", "echo 1.2.3; exit 1"])
def test_a_program_that_does_not_tell_its_version_is_not_kept(
    npm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setenv("PROGRAM", told)

    with pytest.raises(NotInstalledError, match="does not run"):
        install(_PACKAGE, tmp_path / "cache")

    assert _entries(tmp_path / "cache") == ["lock"]


def test_an_npm_that_reaches_nobody_is_told_from_one_that_says_no(
    npm: Path, tmp_path: Path
) -> None:
    kinds = []
    for told in ("npm error code ENOTFOUND", "npm error code ETARGET"):
        npm.write_text(f"#!/bin/sh\necho '{told}'; exit 1\n")
        with pytest.raises(NotInstalledError) as raised:
            install(_PACKAGE, tmp_path / "cache")
        kinds.append(raised.type)

    assert kinds == [NpmUnreachableError, NotInstalledError]


def test_without_npm_the_command_says_what_is_not_tested(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("SPEC_KITTY_AGENTS_CACHE", str(tmp_path / "cache"))

    status = main()

    assert (status, capsys.readouterr().err) == (
        69,
        "SKIPPED: npm cannot be reached, so not tested: Claude Code, Codex, ACP.\n"
        "There is no npm here. Install node 20 or later.\n",
    )


def test_the_cache_is_where_the_variables_say() -> None:
    home = {"HOME": "/home/alice"}
    caches = {**home, "XDG_CACHE_HOME": "/caches"}

    assert [
        str(cache_folder(variables))
        for variables in (home, caches, {**caches, "SPEC_KITTY_AGENTS_CACHE": "/own"})
    ] == ["/home/alice/.cache/spec-kitty/agents", "/caches/spec-kitty/agents", "/own"]
