"""Owns which settings that name a program, or let one be named, git may follow.

Such a setting counts where the machine's or the person's configuration has it. In the
repository's own it may have been put there by an agent: it is replaced by the trusted value of
the same name, or by what git does without it. Filter drivers are decided about in `filters`.
What is neither here nor there (which remote, which address) is followed: no program is named.
"""

from __future__ import annotations

import os
import re

from spec_kitty.adapters.git.configuration import TRUSTED_SCOPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from spec_kitty.adapters.git.configuration import Configuration

# Key as git lists it, and the value that says what git does where nothing is configured.
_PROGRAMS = {
    "core.sshcommand": os.environ.get("GIT_SSH", "ssh"),
    "core.askpass": "",
    "core.alternaterefscommand": "true",
    "gpg.program": "gpg",
    "gpg.openpgp.program": "gpg",
    "gpg.x509.program": "gpgsm",
    "gpg.ssh.program": "ssh-keygen",
    "gpg.ssh.defaultkeycommand": "",
}
# The same where the key holds a name, after this beginning.
_NAMED = "lfs."
_NAMED_PROGRAMS = (
    (r"lfs\.(.*\.)?standalonetransferagent", ""),
    (r"lfs\.customtransfer\..*\.path", "false"),
    (r"lfs\.extension\..*\.(clean|smudge)", "false"),
)
_PROXY = "core.gitproxy"
# The transport that runs whatever the address of a remote says.
_COMMAND_TRANSPORT = "protocol.ext.allow"


def pinned(configuration: Configuration) -> list[tuple[str, str]]:
    """Returns the settings that take the place of those which the repository itself has."""
    foreign = {s.key for s in configuration.settings if s.scope not in TRUSTED_SCOPES}
    last = [
        (key, (_trusted(configuration, key) or [without])[-1])
        for key in sorted(foreign)
        for without in _without_program(key)
    ]
    if any(key.startswith("protocol.") for key in foreign):
        values = _trusted(configuration, _COMMAND_TRANSPORT) or ["never"]
        last.append((_COMMAND_TRANSPORT, values[-1]))
    if any(map(_is_helper, foreign)):
        last += _helpers(configuration)
    return last


def network_variables(configuration: Configuration) -> dict[str, str]:
    """Returns what must be in the environment, as no setting can take the place of these."""
    proxies = [s for s in configuration.settings if s.key == _PROXY]
    is_foreign = any(s.scope not in TRUSTED_SCOPES for s in proxies)
    return {"GIT_PROXY_COMMAND": ""} if is_foreign else {}


def other_end(configuration: Configuration, remote: str, service: str) -> str:
    """Returns the program at a remote's end for `upload-pack` or `receive-pack`.

    Of several values git takes the first, so no setting can take the place of this one either.
    """
    key = f"remote.{remote}.{service.replace('-', '')}"
    return (_trusted(configuration, key) or [f"git-{service}"])[-1]


def fetches_safely(configuration: Configuration) -> bool:
    """Says whether git, when it fetches by itself, starts no program that an agent may name."""
    return not any(
        _is_other_end(setting.key) and setting.scope not in TRUSTED_SCOPES
        for setting in configuration.settings
    )


def as_environment(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Returns the variables by which git takes settings.

    They are no `-c` arguments: a name in a key may hold a `=`, which `-c` would read otherwise.
    """
    if not settings:
        return {}
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def _without_program(key: str) -> Iterator[str]:
    """Yields what stands for no program, if this is a setting that names one."""
    if key in _PROGRAMS:
        yield _PROGRAMS[key]
    if key.startswith(_NAMED):
        yield from (without for pattern, without in _NAMED_PROGRAMS if re.fullmatch(pattern, key))


def _is_helper(key: str) -> bool:
    return key.startswith("credential.") and key.endswith(".helper")


def _is_other_end(key: str) -> bool:
    return key.startswith("remote.") and key.endswith(".uploadpack")


def _trusted(configuration: Configuration, key: str) -> list[str]:
    return [
        setting.value or ""
        for setting in configuration.settings
        if setting.key == key and setting.scope in TRUSTED_SCOPES
    ]


def _helpers(configuration: Configuration) -> Iterator[tuple[str, str]]:
    """Yields an end to the list of credential helpers, then the trusted ones anew."""
    yield "credential.helper", ""
    for setting in configuration.settings:
        if setting.scope in TRUSTED_SCOPES and _is_helper(setting.key):
            yield setting.key, setting.value or ""
