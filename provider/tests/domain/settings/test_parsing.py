from __future__ import annotations

import tomllib
from dataclasses import replace

import pytest

from spec_kitty_orchestrator.domain.agents import Agent, Kind, Price, PromptBy
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.settings import keys
from spec_kitty_orchestrator.domain.settings.keys import SettingsProblem
from spec_kitty_orchestrator.domain.settings.parsing import (
    Settings,
    check_agents,
    parse_settings,
    unpriced,
)

CLAUDE = Agent("claude-code", Kind.CLAUDE_CODE, ("claude",), "anthropic", "claude")
CODEX = Agent("codex", Kind.CODEX, ("codex",), "openai", "codex")
QWEN = Agent("qwen", Kind.ACP, ("qwen", "--acp"), "alibaba", "qwen")
KNOWN = {agent.name: agent for agent in (CLAUDE, CODEX, QWEN)}


def parsed(text: str) -> Settings:
    return parse_settings(tomllib.loads(text), KNOWN)


def problem(text: str) -> str:
    with pytest.raises(SettingsProblem) as raised:
        parsed(text)
    return str(raised.value)


def test_no_settings_leave_everything_as_usual() -> None:
    assert parsed("") == Settings(KNOWN)


def test_every_key_of_a_run_has_its_effect() -> None:
    settings = parsed("""
        [run]
        implementers = ["claude-code", "codex"]
        reviewers = ["codex"]
        max_concurrent = 4
        max_review_rounds = 5
        max_failures = 6
        timeout_minutes = 90
        stall_minutes = 0.5
        grace_seconds = 0
        budget_usd = 12.5
        budget_tokens = 1_000_000
        strategy = "squash"
        merge = false
        actor = "night-shift"
    """)

    assert settings == Settings(
        KNOWN,
        ("claude-code", "codex"),
        ("codex",),
        Limits(4, 5, 6, 5400.0, 30.0, 0.0, 12.5, 1_000_000),
        "squash",
        False,
        "night-shift",
    )


def test_a_known_agent_is_changed_in_what_its_section_names_alone() -> None:
    settings = parsed("""
        [agents.claude-code]
        model = "opus"
        flags = "--add-dir '/srv/my docs'"
        reviewer = "codex"
        fallbacks = ["qwen"]
    """)

    assert settings.agents == {
        **KNOWN,
        "claude-code": replace(
            CLAUDE,
            model="opus",
            flags=("--add-dir", "/srv/my docs"),
            reviewer="codex",
            fallbacks=("qwen",),
        ),
    }


def test_what_a_section_lets_an_agent_see_comes_on_top_of_what_it_needs() -> None:
    settings = parsed("""
        [agents.qwen]
        environment = ["MY_PROXY_KEY"]
        credentials = [".my/key"]
    """)

    qwen = KNOWN["qwen"]
    assert settings.agents["qwen"] == replace(
        qwen,
        environment=(*qwen.environment, "MY_PROXY_KEY"),
        credentials=(*qwen.credentials, ".my/key"),
    )


@pytest.mark.parametrize("path", ["/etc/passwd", "../other", "a//b", ".", ""])
def test_a_file_that_signs_an_agent_in_lies_below_the_home(path: str) -> None:
    with pytest.raises(SettingsProblem, match="a list of paths below your home"):
        parsed(f"[agents.qwen]\ncredentials = ['{path}']")


def test_a_new_agent_may_say_everything() -> None:
    settings = parsed("""
        [agents.scripted]
        kind = "command"
        command = ["python3", "agent.py", "{prompt_file}"]
        model = "m1"
        flags = ["--fast"]
        environment = ["MY_TOKEN"]
        credentials = [".own/sign-in.json"]
        prompt = "file"
        vendor = "us"
        family = "own"
        price = { input = 1, output = 2.5 }
        reviewer = "claude-code"
        fallbacks = ["codex", "qwen"]
    """)

    assert settings.agents["scripted"] == Agent(
        "scripted",
        Kind.COMMAND,
        ("python3", "agent.py", "{prompt_file}"),
        "us",
        "own",
        "m1",
        ("--fast",),
        ("MY_TOKEN",),
        (".own/sign-in.json",),
        PromptBy.FILE,
        None,
        Price(1.0, 2.5),
        "claude-code",
        ("codex", "qwen"),
    )


@pytest.mark.parametrize(
    ("section", "vendor", "family"),
    [
        ("kind = 'claude-code'\ncommand = '/opt/claude'", "anthropic", "claude"),
        ("kind = 'acp'\ncommand = 'qwen --acp --yolo'", "alibaba", "qwen"),
        ("kind = 'acp'\ncommand = 'other --acp'", "mine", "mine"),
        ("kind = 'command'\ncommand = 'sh agent.sh'", "mine", "mine"),
    ],
)
def test_a_new_agent_shares_vendor_and_family_with_known_ones_of_its_program(
    section: str, vendor: str, family: str
) -> None:
    agent = parsed(f"[agents.mine]\n{section}").agents["mine"]

    assert (agent.vendor, agent.family) == (vendor, family)


def test_agents_are_named_across_sections_in_any_order() -> None:
    settings = parsed("""
        [run]
        implementers = ["mine"]
        [agents.codex]
        reviewer = "mine"
        [agents.mine]
        kind = "command"
        command = "sh agent.sh"
    """)

    assert settings.implementers == ("mine",)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            "[rum]",
            ".kittify/orchestrator.toml has no section 'rum'. Did you mean 'run'?"
            " Allowed are: run, agents.",
        ),
        (
            "[run]\nmax_concurent = 3",
            "[run] in .kittify/orchestrator.toml has no key 'max_concurent'. Did you mean"
            " 'max_concurrent'? Allowed are: implementers, reviewers, max_concurrent,"
            " max_review_rounds, max_failures, timeout_minutes, stall_minutes, grace_seconds,"
            " budget_usd, budget_tokens, strategy, merge, actor.",
        ),
        (
            "[agents.codex]\nmodell = 'x'",
            "[agents.codex] in .kittify/orchestrator.toml has no key 'modell'. Did you mean"
            " 'model'? Allowed are: kind, command, model, flags, environment, credentials,"
            " prompt, mode, vendor, family, price, reviewer, fallbacks.",
        ),
        (
            "[agents.claude-cod]\nmodel = 'opus'",
            "In .kittify/orchestrator.toml, [agents.claude-cod] is a new agent, so it needs a kind"
            " (claude-code, codex, acp, command) and a command. Did you mean 'claude-code'?"
            " Known without them are: claude-code, codex, qwen.",
        ),
        (
            "[agents.-x]\nkind = 'command'\ncommand = 'a'",
            "In .kittify/orchestrator.toml, the name of [agents.-x] has to be letters, digits,"
            " dots, dashes and underscores, at most 64 of them, and no dot or dash in front.",
        ),
        (
            "[run]\nimplementers = ['claud-code']",
            "There is no agent 'claud-code', which implementers in .kittify/orchestrator.toml"
            " names. Did you mean 'claude-code'? The agents are: claude-code, codex, qwen.",
        ),
        (
            "[run]\nreviewers = ['zebra']",
            "There is no agent 'zebra', which reviewers in .kittify/orchestrator.toml names."
            " The agents are: claude-code, codex, qwen.",
        ),
        (
            "[agents.codex]\nreviewer = 'qwem'",
            "There is no agent 'qwem', which [agents.codex] in .kittify/orchestrator.toml names."
            " Did you mean 'qwen'? The agents are: claude-code, codex, qwen.",
        ),
        (
            "[agents.codex]\nfallbacks = ['qwem']",
            "There is no agent 'qwem', which [agents.codex] in .kittify/orchestrator.toml names."
            " Did you mean 'qwen'? The agents are: claude-code, codex, qwen.",
        ),
        (
            "run = 3",
            "In .kittify/orchestrator.toml, run has to be a section with keys of its own: [run].",
        ),
        (
            "[agents]\ncodex = 'yes'",
            "In .kittify/orchestrator.toml, agents.codex has to be a section with keys of its own:"
            " [agents.codex].",
        ),
        (
            "[agents.codex]\nprompt = 'file'",
            "In .kittify/orchestrator.toml, prompt in [agents.codex] is for agents of kind"
            " 'command' alone, and this one is of kind 'codex'. Take it out.",
        ),
        (
            "[agents.codex]\nmode = 'ask'",
            "In .kittify/orchestrator.toml, mode in [agents.codex] is for agents of kind"
            " 'acp' alone, and this one is of kind 'codex'. Take it out.",
        ),
    ],
)
def test_what_is_unknown_or_does_not_fit_together_is_refused(text: str, sentence: str) -> None:
    assert problem(text) == sentence


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("max_concurrent = true", "a whole number from 1 to 64, not true"),
        ("max_concurrent = 0", "a whole number from 1 to 64, not 0"),
        ("max_concurrent = 65", "a whole number from 1 to 64, not 65"),
        ("max_concurrent = 2.0", "a whole number from 1 to 64, not 2.0"),
        ("max_review_rounds = 0", "a whole number from 1 to 100, not 0"),
        ("max_failures = '3'", "a whole number from 1 to 100, not '3'"),
        ("timeout_minutes = 0", "a number from 0.01 to 10080, not 0"),
        ("timeout_minutes = nan", "a number from 0.01 to 10080, not nan"),
        ("stall_minutes = inf", "a number from 0.01 to 10080, not inf"),
        ("stall_minutes = false", "a number from 0.01 to 10080, not false"),
        ("grace_seconds = -1", "a number from 0 to 3600, not -1"),
        ("budget_usd = 0", "a number from 0.01 to 100000, not 0"),
        ("budget_tokens = 0", "a whole number from 1 to 1000000000000, not 0"),
        ("strategy = 'octopus'", "one of merge, squash, rebase, not 'octopus'"),
        ("strategy = ['merge']", "one of merge, squash, rebase, not ['merge']"),
        ("merge = 1", "true or false, not 1"),
        ("actor = ' '", "a text of one line and at most 200 characters, not ' '"),
        ('actor = "a\\nb"', "a text of one line and at most 200 characters, not 'a\\nb'"),
        ("implementers = 'codex'", "a list of names of agents, each once, not 'codex'"),
        ("reviewers = ['codex', 'codex']", "each once, not ['codex', 'codex']"),
        ("reviewers = [1]", "a list of names of agents, each once, not [1]"),
    ],
)
def test_a_value_of_a_run_that_does_not_fit_is_refused(line: str, expected: str) -> None:
    name = line.split()[0]
    said = problem(f"[run]\n{line}")

    assert said.startswith(f"In .kittify/orchestrator.toml, {name} in [run] has to be ")
    assert said.endswith(f"{expected}.")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kind = 'robot'", "one of claude-code, codex, acp, command, not 'robot'"),
        ("command = []", "a list of words, or a text that is split like a shell would, not []"),
        ("command = 'a \"b'", "a text that is split like a shell would, not 'a \"b'"),
        ("command = ['a', 1]", "a text that is split like a shell would, not ['a', 1]"),
        ("prompt = 'mail'", "one of stdin, file, argument, not 'mail'"),
        ("environment = ['A=b']", "without their values, not ['A=b']"),
        ("environment = 'A'", "without their values, not 'A'"),
        ("price = { input = 1 }", "US dollars for a million tokens, not {'input': 1}"),
        ("price = 3", "US dollars for a million tokens, not 3"),
        ("price = { input = -1, output = 1 }", "tokens, not {'input': -1, 'output': 1}"),
        ("model = ''", "a text of one line and at most 200 characters, not ''"),
    ],
)
def test_a_value_of_an_agent_that_does_not_fit_is_refused(line: str, expected: str) -> None:
    said = problem(f"[agents.codex]\n{line}")

    assert said.startswith(f"In .kittify/orchestrator.toml, {line.split()[0]} in [agents.codex]")
    assert said.endswith(f"{expected}.")


def test_a_template_that_cannot_be_filled_is_refused_with_its_section() -> None:
    said = problem("[agents.mine]\nkind = 'command'\ncommand = 'agent {wokspace}'")

    assert said.startswith("In .kittify/orchestrator.toml, [agents.mine]: ")
    assert "{workspace}" in said


def test_a_value_that_is_too_long_is_shown_in_part() -> None:
    assert problem(f"[run]\nactor = '{'a' * 300}'").endswith(f"not '{'a' * 56}....")


def test_the_examples_of_all_keys_are_settings_that_fit() -> None:
    run = "\n".join(f"{key.name} = {key.example}" for key in keys.RUN)
    agent = "\n".join(f"{k.name} = {k.example}" for k in keys.AGENT if k is not keys.MODE)

    settings = parsed(f"[run]\n{run}\n[agents.mine]\n{agent}\n[agents.qwen]\nmode = 'default'")

    assert settings.implementers == ("claude-code",)


def test_names_from_the_command_line_are_checked_the_same_way() -> None:
    with pytest.raises(SettingsProblem) as raised:
        check_agents(["codex", "cladue-code"], KNOWN, "--impl-agent")

    assert str(raised.value) == (
        "There is no agent 'cladue-code', which --impl-agent names. Did you mean 'claude-code'?"
        " The agents are: claude-code, codex, qwen."
    )


def test_agents_without_a_cost_or_a_price_are_named_with_those_that_they_bring_along() -> None:
    settings = parsed("""
        [agents.claude-code]
        reviewer = "codex"
        fallbacks = ["mine"]
        [agents.codex]
        fallbacks = ["claude-code", "qwen"]
        [agents.qwen]
        price = { input = 0, output = 0 }
        [agents.mine]
        kind = "command"
        command = "sh agent.sh"
    """)

    assert unpriced(settings, ["claude-code"]) == ("codex", "mine")
    assert unpriced(settings, ["qwen"]) == ()
