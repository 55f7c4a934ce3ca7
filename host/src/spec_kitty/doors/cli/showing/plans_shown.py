"""Owns how features and plans are drawn, and what programs get of them."""

from __future__ import annotations

import sys

import click

from spec_kitty.doors.cli.showing.drawing import (
    LANE_COLOURS,
    STAGE_COLOURS,
    UNBOUNDED_COLUMNS,
    heading,
    minutes,
    show,
)
from spec_kitty.doors.cli.terminal import is_terminal, make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

    from spec_kitty.application.telling.overviews import FeatureLine, PlanOverview
    from spec_kitty.domain.planning.plan import Problem
    from spec_kitty.doors.cli.session import Session

    Data = dict[str, object]


def draw_features(session: Session, lines: tuple[FeatureLine, ...]) -> None:
    """Draws a line for each feature, two where they would be too long for the terminal."""
    from rich.measure import Measurement
    from rich.text import Text

    table = _table("feature", "stage", "target", "work packages", "title")
    for line in lines:
        table.add_row(
            Text(line.slug, "bold"),
            Text(line.stage, STAGE_COLOURS[line.stage]),
            Text(line.target),
            _lanes(line),
            Text(make_printable(line.title) if line.title != line.slug else ""),
        )
    console = session.console
    roomy = console.options.update(max_width=UNBOUNDED_COLUMNS)
    needed = Measurement.get(console, roomy, table).maximum
    if is_terminal(sys.stdout) and needed > console.width:
        _draw_below_each_other(session, lines)
    else:
        show(session, table)
    for line in lines:
        if line.problem is not None:
            session.remark(f"{line.slug}: {line.problem}")


def _draw_below_each_other(session: Session, lines: tuple[FeatureLine, ...]) -> None:
    from rich.text import Text

    for line in lines:
        title = heading(line.slug, line.title)
        title.truncate(session.console.width, overflow="ellipsis")
        stage = (line.stage, STAGE_COLOURS[line.stage])
        facts = Text.assemble("  ", stage, (f", lands on {line.target}: ", "dim"), _lanes(line))
        show(session, title)
        show(session, facts)


def _lanes(line: FeatureLine) -> Text:
    from rich.text import Text

    if line.stage == "draft":
        return Text("not committed yet", "dim")
    parts = [(f"{n} {lane.public}", LANE_COLOURS[lane]) for lane, n in line.lanes.items() if n]
    text = Text(", ").join(Text(*part) for part in parts)
    return text if parts else Text("none", "dim")


def draw_plan(session: Session, overview: PlanOverview) -> None:
    """Draws a plan: its work packages, its waves and the longest way through it."""
    from rich.text import Text

    show(session, heading(overview.slug, overview.title))
    target = f"lands on {overview.target}"
    session.say(click.style(f"{overview.stage}, {target}", dim=True))
    if not overview.packages:
        return
    session.say()
    table = _table("id", "title", "waits for", "estimate", "lane")
    for line in overview.packages:
        estimate = minutes(line.estimate_minutes) if line.estimate_minutes else "-"
        table.add_row(
            Text(line.id, "bold"),
            Text(make_printable(line.title)),
            Text(", ".join(line.dependencies) or "-"),
            Text(estimate),
            Text(line.lane.public, LANE_COLOURS[line.lane]),
        )
    show(session, table)
    session.say()
    waves = [" ".join(wave) for wave in overview.waves]
    session.facts(
        ("at once", ", then ".join(waves)),
        ("longest way", " -> ".join(overview.path)),
        ("takes", f"{minutes(overview.minutes)} (one hour where there is no estimate)"),
    )


def _table(*names: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(name, no_wrap=name != "waits for", overflow="ellipsis")
    return table


def features_data(lines: tuple[FeatureLine, ...]) -> list[Data]:
    return [
        {
            "feature_slug": line.slug,
            "title": line.title,
            "target_branch": line.target,
            "stage": line.stage,
            "summary": {lane.public: count for lane, count in line.lanes.items()},
            "problem": line.problem,
        }
        for line in lines
    ]


def plan_data(overview: PlanOverview) -> Data:
    return {
        "feature_slug": overview.slug,
        "title": overview.title,
        "target_branch": overview.target,
        "stage": overview.stage,
        "work_packages": [
            {
                "wp_id": line.id,
                "title": line.title,
                "lane": line.lane.public,
                "dependencies": list(line.dependencies),
                "estimate_minutes": line.estimate_minutes,
                "path": line.path,
            }
            for line in overview.packages
        ],
        "waves": [list(wave) for wave in overview.waves],
        "critical_path": list(overview.path),
        "critical_path_minutes": overview.minutes,
        "problems": [problem_data(problem) for problem in overview.problems],
    }


def problem_data(problem: Problem) -> Data:
    return {
        "path": problem.path,
        "line": problem.line,
        "severity": problem.severity,
        "message": problem.message,
        "wp_id": problem.package_id,
    }
