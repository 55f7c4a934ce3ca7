import pytest

from spec_kitty.adapters.git.configuration import Configuration, Setting
from spec_kitty.adapters.git.programs import (
    fetches_safely,
    network_variables,
    other_end,
    pinned,
)


def configuration(*settings: tuple[str, str, str]) -> Configuration:
    return Configuration(tuple(Setting(*setting) for setting in settings))


def test_a_program_of_the_repository_gives_way_to_what_git_does_without_it() -> None:
    found = configuration(
        ("local", "core.sshcommand", "evil"),
        ("local", "gpg.program", "evil"),
        ("local", "gpg.ssh.defaultkeycommand", "evil"),
        ("worktree", "lfs.customtransfer.x.path", "evil"),
        ("local", "core.editor", "never started"),
    )
    assert dict(pinned(found)) == {
        "core.sshcommand": "ssh",
        "gpg.program": "gpg",
        "gpg.ssh.defaultkeycommand": "",
        "lfs.customtransfer.x.path": "false",
    }


def test_a_program_of_the_person_takes_the_place_of_the_repositorys() -> None:
    found = configuration(
        ("system", "gpg.program", "older"),
        ("global", "gpg.program", "mine"),
        ("local", "gpg.program", "evil"),
    )
    assert pinned(found) == [("gpg.program", "mine")]


def test_what_only_the_person_has_is_left_as_it_is() -> None:
    found = configuration(
        ("global", "core.sshcommand", "mine"),
        ("global", "credential.helper", "mine"),
        ("global", "core.gitproxy", "mine"),
        ("global", "protocol.ext.allow", "always"),
    )
    assert (pinned(found), network_variables(found)) == ([], {})


def test_helpers_for_passwords_are_the_trusted_ones_in_their_order() -> None:
    found = configuration(
        ("global", "credential.helper", "cache"),
        ("global", "credential.https://example.org.helper", "mine"),
        ("local", "credential.helper", "evil"),
    )
    assert pinned(found) == [
        ("credential.helper", ""),
        ("credential.helper", "cache"),
        ("credential.https://example.org.helper", "mine"),
    ]


@pytest.mark.parametrize("key", ["protocol.allow", "protocol.ext.allow", "protocol.file.allow"])
def test_a_transport_that_runs_commands_stays_off(key: str) -> None:
    found = configuration(("local", key, "always"))
    assert pinned(found) == [("protocol.ext.allow", "never")]


def test_a_proxy_of_the_repository_is_not_used() -> None:
    found = configuration(("local", "core.gitproxy", "evil"))
    assert network_variables(found) == {"GIT_PROXY_COMMAND": ""}


def test_the_other_end_is_gits_own_or_the_trusted_one() -> None:
    foreign = configuration(("local", "remote.origin.receivepack", "evil"))
    trusted = configuration(("global", "remote.origin.receivepack", "mine"))
    found = [other_end(each, "origin", "receive-pack") for each in (foreign, trusted)]
    assert found == ["git-receive-pack", "mine"]


def test_git_does_not_fetch_by_itself_where_the_repository_names_the_other_end() -> None:
    foreign = configuration(("local", "remote.origin.uploadpack", "evil"))
    trusted = configuration(("global", "remote.origin.uploadpack", "mine"))
    assert [fetches_safely(foreign), fetches_safely(trusted)] == [False, True]
