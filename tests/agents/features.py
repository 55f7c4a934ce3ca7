"""Gives a test a planned feature that the real agents work on, through the installed programs.

Nothing here knows how agents are spoken to: the orchestrator is started as people start it, with
settings that name each agent's wrapper as its command. What the agents' models do is a scenario for
each agent, under the agent's name.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import launches
from installed import CLAUDE_CODE, program
from model_server import FOREVER, Bash, ModelServer, Part, Scenario, Turn, Write
from model_server.stage import Request
from runs import Project, make_project
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.memory import Attempt, remember
from spec_kitty_orchestrator.domain.run.record_codec import read_record
from wrapped import WrappedAgents

CLAUDE, CODEX, ACP = "claude-code", "codex", "claude-agent-acp"

# Who works, and who reviews whose work.
BOTH = f'implementers = ["{CLAUDE}", "{CODEX}"]'
PAIRS = {CLAUDE: f'reviewer = "{CODEX}"', CODEX: f'reviewer = "{CLAUDE}"'}

# What signs the person's agents in: no file may keep it. The other is no agent's business at all.
KEYS = {"ANTHROPIC_API_KEY": "persons-anthropic-key-31", "CODEX_API_KEY": "persons-codex-key-47"}
SECRET = "persons-own-secret-53"

# What one answer of a model uses.
ONE_TOKENS = 1200 + 200 + 34
APPROVED = '```json\n{"verdict": "approved", "summary": "It is as asked."}\n```'
FINDING = "The file lacks its second line."
REJECTED = (
    '```json\n{"verdict": "changes_requested", "findings":'
    f' [{{"id": "F1", "severity": "major", "message": "{FINDING}"}}]}}\n```'
)


@dataclass
class Team:
    """Is a project, and the agents that its settings name; `settings` has each one's own lines."""

    project: Project
    models: ModelServer
    agents: WrappedAgents
    commands: dict[str, Path] = field(default_factory=dict)

    def play(self, agent: str, *parts: Part) -> None:
        """Has an agent's model play these parts from now on."""
        self.models.play(agent, Scenario(parts))

    def configure(self, run: str, settings: Mapping[str, str]) -> None:
        """Writes the settings: `[run]`, and each agent's; one without a command is a real one."""
        sections = [f"[run]\n{run}\n"]
        for name, lines in settings.items():
            if "command =" not in lines:
                lines += f"\ncommand = {json.dumps([str(self.command(name))])}"
            sections.append(f"[agents.{name}]\n{lines}\n")
        file = self.project.folder / ".kittify" / "orchestrator.toml"
        file.write_text("\n".join(sections))

    def command(self, agent: str) -> Path:
        """Returns the wrapper of an agent, made when it is first asked for."""
        if agent not in self.commands:
            make: dict[str, Callable[[], Path]] = {
                CLAUDE: self.claude,
                CODEX: lambda: self.agents.codex(CODEX, retries=0),
                ACP: lambda: self.agents.claude_agent_acp(ACP, retries=0),
            }
            self.commands[agent] = make[agent]()
        return self.commands[agent]

    def claude(self, **variables: str) -> Path:
        """Returns a Claude Code that is signed in by the person's variables alone, and these."""
        launch = launches.claude_code(
            program(CLAUDE_CODE, self.agents.cache), self.models.url(CLAUDE)
        )
        kept = {name: value for name, value in launch.variables.items() if name not in KEYS}
        launch = replace(launch, variables={**kept, **variables})
        return self.agents.cage.wrap(launch, self.agents.folder / CLAUDE / "claude")

    def requests(self, agent: str) -> list[Request]:
        """Returns what an agent's model was asked with tools: titles and the like have none."""
        return [each for each in self.models.requests(agent) if each.dialogue.tools]

    def prompts(self, agent: str, package: str) -> list[tuple[str, ...]]:
        """Returns the prompts of each conversation in which a work package was implemented."""
        found: dict[str, tuple[str, ...]] = {}
        for request in self.requests(agent):
            prompts = request.dialogue.prompts
            if re.search(_implementing(package), prompts[0]):
                found[request.dialogue.session] = prompts
        return list(found.values())

    def attempts(self, role: Role | None = None, agent: str | None = None) -> list[Attempt]:
        """Returns the attempts of the newest run as it remembers them, in the order they began."""
        written = (read_record(json.dumps(each)) for each in self.project.records())
        return [
            each
            for each in remember(written).attempts.values()
            if role in (None, each.started.role) and agent in (None, each.started.agent)
        ]

    def homes(self) -> list[Path]:
        """Returns the private homes that are there now."""
        return sorted(self.cache.glob("spec-kitty-orchestrator/*/*/homes/*"))

    @property
    def cache(self) -> Path:
        return Path(self.project.env["XDG_CACHE_HOME"])

    @property
    def person(self) -> Path:
        return Path(self.project.env["HOME"])


def plan(
    folder: Path, models: ModelServer, agents: WrappedAgents, packages: tuple[str, ...]
) -> Team:
    project = make_project(folder, *packages)
    project.env |= {"XDG_CACHE_HOME": str(folder / "cache"), **KEYS, "DEPLOY_TOKEN": SECRET}
    Path(project.env["HOME"], ".netrc").write_text(f"machine example.org password {SECRET}\n")
    return Team(project, models, agents)


def implement(package: str, *turns: Turn, prompts: float = FOREVER) -> Part:
    return Part(turns, _implementing(package), prompts)


def rework(package: str, *turns: Turn) -> Part:
    """Returns the part that answers findings, or whatever else brought the work package back."""
    return Part(turns, rf"{_implementing(package)}[\s\S]*This work package came back to you")


def review(package: str, *turns: Turn, prompts: float = FOREVER) -> Part:
    return Part(turns, rf"You review work package {package} ", prompts)


def _implementing(package: str) -> str:
    return rf"You implement work package {package} "


def write(package: str, text: str = "One.\n") -> Turn:
    return Turn(do=(Write(f"{package}.txt", text),))


def look() -> Turn:
    """Returns the turn of a reviewer that runs something before it judges."""
    return Turn(do=(Bash('test -f "$SPEC_KITTY_WP.txt" && cat "$SPEC_KITTY_WP.txt" >seen'),))


# What an agent does that has nothing to say: any work package, any role.
ANY = (
    Part((look(), Turn(say=APPROVED)), r"You review work package"),
    Part(
        (Turn(do=(Bash('echo One. >>"$SPEC_KITTY_WP.txt"'),)), Turn(say="It is written.")),
        r"You implement work package",
    ),
)


def files(place: Path) -> list[str]:
    """Returns every file below a place, by its path in it."""
    found = (Path(folder, name) for folder, _, names in os.walk(place) for name in names)
    return sorted(str(path.relative_to(place)) for path in found)


def keeps(places: Iterable[Path], word: str) -> list[Path]:
    """Returns the files below the places that hold a word."""
    found = (place / name for place in places for name in files(place))
    return [path for path in found if path.is_file() and word.encode() in path.read_bytes()]
