"""Owns the options and arguments that several commands take: checked here, trusted inside."""

from __future__ import annotations

import click

from spec_kitty.domain.names import MAX_NOTE_CHARACTERS, is_actor, is_package_id, is_slug
from spec_kitty.domain.refusals import Refusal
from spec_kitty.doors.cli.session import Session
from spec_kitty.doors.cli.terminal import make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from click.shell_completion import CompletionItem

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]
    TextType = click.ParamType[str]
else:
    TextType = click.ParamType


class FeatureType(TextType):
    """Is a feature's slug; a shell completes those that there are."""

    name = "slug"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not is_slug(text):
            self.fail(
                f"'{make_printable(text, 60)}' cannot be a feature. Slugs look like "
                "034-my-feature: at most 100 letters, digits, '.', '_' and '-'.",
                param,
                ctx,
            )
        return text

    def shell_complete(
        self, ctx: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            slugs = _session(ctx).host.project.slugs()
        except Refusal:
            return []
        return [CompletionItem(slug) for slug in slugs if slug.startswith(incomplete)]


class PackageType(TextType):
    """Is the id of a work package, in any case; a shell completes those of the feature."""

    name = "wp"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).upper()
        if not is_package_id(text):
            shown = make_printable(str(value), 60)
            self.fail(f"'{shown}' is not the id of a work package such as WP01.", param, ctx)
        return text

    def shell_complete(
        self, ctx: click.Context, _: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from spec_kitty.application.telling.state import ids_of

        session = _session(ctx)
        try:
            desk = session.host.reader.desk(session.feature(ctx.params.get("feature")))
            ids = ids_of(desk)
        except Refusal:
            return []
        return [
            CompletionItem(each, help=desk.feature.package(each).lane.public)
            for each in ids
            if each.startswith(incomplete.upper())
        ]


class ActorType(TextType):
    """Is the name of whoever asks, or of an agent."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not is_actor(text):
            self.fail("It must be one printable line of at most 200 characters.", param, ctx)
        return text


class NoteType(TextType):
    """Is a reason, a remark or a reference in words."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value)
        if not 0 < len(text) <= MAX_NOTE_CHARACTERS:
            self.fail(f"It must have 1 to {MAX_NOTE_CHARACTERS} characters.", param, ctx)
        if any("\ud800" <= char <= "\udfff" for char in text):
            self.fail("It is not valid UTF-8.", param, ctx)
        return text


def _session(ctx: click.Context) -> Session:
    session = ctx.find_object(Session)
    assert session is not None
    return session


def feature_option() -> Decorator:
    return click.option(
        "--feature",
        type=FeatureType(),
        metavar="SLUG",
        help="The feature, where neither folder nor branch says it and several are open.",
    )


def actor_option() -> Decorator:
    return click.option(
        "--actor",
        type=ActorType(),
        metavar="NAME",
        help="Who does this; left out, your git user.name.",
    )


def package_argument(required: bool = True) -> Decorator:
    """Gives a command the parameter `package`: the id of a work package, None if left out."""
    return click.argument("package", metavar="WP", type=PackageType(), required=required)


def json_option() -> Decorator:
    return click.option("--json", "as_json", is_flag=True, help="Answer with JSON, for programs.")
