import pytest

from spec_kitty.domain.planning.plan import Problem
from spec_kitty.domain.planning.settings import (
    SETTINGS_PATH,
    MergeSettings,
    ProjectPolicy,
    ProjectSettings,
    SubmitSettings,
    VerifySettings,
    WorktreeSettings,
)
from spec_kitty.domain.planning.settings_keys import KEYS, SECTIONS, parse_settings

EVERYTHING = {
    "target_branch": "develop",
    "worktree": {"copy": [".env"], "setup": "make deps", "setup_timeout_seconds": 5},
    "verify": {"command": "make test", "timeout_seconds": 7},
    "submit": {"protected_paths": ["infra/"], "max_file_megabytes": 1},
    "merge": {"strategy": "squash"},
    "policy": {
        "orchestration": False,
        "orchestrators": ["ours"],
        "agent_families": [],
        "approval_modes": ["manual"],
        "sandbox_modes": ["vm"],
        "network_modes": ["none"],
        "forbidden_flags": ["--yolo"],
        "independent_review": True,
        "force": True,
        "unsandboxed_checks": False,
    },
}


def messages(document: dict[str, object]) -> list[str]:
    problems = parse_settings(document)
    assert not isinstance(problems, ProjectSettings)
    return [problem.message for problem in problems]


def test_an_empty_file_means_the_defaults() -> None:
    assert parse_settings({}) == ProjectSettings(
        None,
        WorktreeSettings((), None, 600),
        VerifySettings(None, 1800),
        SubmitSettings((), 50),
        MergeSettings("merge"),
        ProjectPolicy(True, None, None, None, None, None, (), False, False, True),
    )


def test_every_key_reaches_its_setting() -> None:
    assert parse_settings(EVERYTHING) == ProjectSettings(
        "develop",
        WorktreeSettings((".env",), "make deps", 5),
        VerifySettings("make test", 7),
        SubmitSettings(("infra/",), 1),
        MergeSettings("squash"),
        ProjectPolicy(
            False, ("ours",), (), ("manual",), ("vm",), ("none",), ("--yolo",), True, True, False
        ),
    )


def test_the_table_names_every_field_of_every_section() -> None:
    named = {(key.section, key.name) for key in KEYS}
    fields = {
        (section, field)
        for section, (kind, _) in SECTIONS.items()
        for field in kind.__match_args__
        if field not in SECTIONS
    }
    assert named == fields


def test_an_empty_text_means_that_nothing_is_set() -> None:
    document = {"target_branch": "", "worktree": {"setup": ""}, "verify": {"command": ""}}
    assert parse_settings(document) == ProjectSettings()


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (
            {"policy": {"orchestrator": []}},
            "There is no setting 'policy.orchestrator'. Did you mean 'policy.orchestrators'?",
        ),
        (
            {"verify": {"timeout": 1}},
            "There is no setting 'verify.timeout'. Did you mean 'verify.timeout_seconds'?",
        ),
        ({"polcy": {}}, "There is no setting 'polcy'. Did you mean '[policy]'?"),
        ({"zzz": 1}, "There is no setting 'zzz'."),
        ({"": 1}, "There is no setting ''."),
        ({"comand": "x"}, "There is no setting 'comand'. Did you mean 'verify.command'?"),
        (
            {"policy": True},
            "'policy' must be a section: write [policy] and its keys below it.",
        ),
        ({"policy": {"force": "yes"}}, "'policy.force' must be true or false."),
        ({"policy": {"force": 1}}, "'policy.force' must be true or false."),
        (
            {"verify": {"timeout_seconds": True}},
            "'verify.timeout_seconds' must be a whole number above 0.",
        ),
        (
            {"verify": {"timeout_seconds": 0}},
            "'verify.timeout_seconds' must be a whole number above 0.",
        ),
        (
            {"verify": {"command": ["make"]}},
            "'verify.command' must be a text in quotes, for example command = \"make test\".",
        ),
        (
            {"worktree": {"copy": ["../secrets"]}},
            "'worktree.copy' must be a list of paths inside the project, without '..', "
            'for example copy = [".env"].',
        ),
        (
            {"worktree": {"copy": ["/etc/passwd"]}},
            "'worktree.copy' must be a list of paths inside the project, without '..', "
            'for example copy = [".env"].',
        ),
        (
            {"submit": {"protected_paths": "infra/"}},
            "'submit.protected_paths' must be a list of texts, "
            'for example protected_paths = ["infra/", "*.pem"].',
        ),
        (
            {"merge": {"strategy": "octopus"}},
            '\'merge.strategy\' must be one of "merge", "squash", "rebase".',
        ),
        (
            {"policy": {"network_modes": ["nothing"]}},
            "'policy.network_modes' must be a list of texts of "
            '"none", "allowlist", "restricted", "open", "full", '
            'for example network_modes = ["none", "allowlist"].',
        ),
        (
            {"target_branch": "-x"},
            "'target_branch' must be the name of a branch, for example target_branch = \"main\".",
        ),
        (
            {"target_branch": "a b"},
            "'target_branch' must be the name of a branch, for example target_branch = \"main\".",
        ),
    ],
)
def test_a_wrong_setting_is_refused_with_what_to_write(
    document: dict[str, object], message: str
) -> None:
    assert messages(document) == [message]


def test_all_problems_are_told_at_once() -> None:
    assert len(messages({"a": 1, "policy": {"force": 1, "orchestration": 2}})) == 3


def test_a_problem_names_the_line_that_the_caller_finds() -> None:
    problems = parse_settings({"policy": {"force": 1}}, lambda *key: {("policy", "force"): 4}[key])
    assert problems == (
        Problem(SETTINGS_PATH, 4, "'policy.force' must be true or false.", "error", None),
    )
