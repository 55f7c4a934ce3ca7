"""Owns one conversation with an agent over the Agent Client Protocol, by its official library.

Reading is `reading.py`'s, what the agent may ask `client.py`'s; which agent needs what is
told by its `Quirk`. Importing this module takes most of a second.
"""

import asyncio
import json
import time
from collections.abc import Callable
from typing import cast

import acp
from acp import schema
from acp.core import ClientSideConnection

from spec_kitty_orchestrator import PROGRAM
from spec_kitty_orchestrator.adapters.agents.acp_protocol import reading
from spec_kitty_orchestrator.adapters.agents.acp_protocol.client import Client, plain
from spec_kitty_orchestrator.adapters.agents.acp_protocol.quirks import Quirk
from spec_kitty_orchestrator.adapters.agents.adapter import Talk
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

# An agent that is told to stop its turn gets this long before it is ended with its processes.
_CANCEL_SECONDS = 1.0


async def converse(
    talk: Talk, assignment: Assignment, quirk: Quirk, report: Callable[[Report], None]
) -> Ending:
    told = reading.Told(assignment.used_before, report)
    client = Client(assignment.folder, told)
    connection = acp.connect_to_agent(cast(acp.Client, client), Lines(talk))
    session = Session(connection, assignment, quirk, told)
    try:
        return await session.run(report)
    except asyncio.CancelledError:
        await session.cancel()
        raise
    except _LaunchError as problem:
        return Ending(Failure.LAUNCH, str(problem))
    except acp.RequestError as problem:
        return _refused(problem, assignment, quirk)
    except (ConnectionError, ValueError) as problem:
        return _broken(problem, talk, told)
    finally:
        told.flush()
        await connection.close()


class _LaunchError(Exception):
    """The agent cannot be used as it is configured; the message says what to change."""


class Lines:
    """Carries messages over a talk, and drops what is none: agents print other things, too.

    Notifications that the library cannot read would each put a traceback on the screen.
    """

    def __init__(self, talk: Talk) -> None:
        self._talk, self._lines = talk, talk.lines()

    async def send(self, message: dict[str, object]) -> None:
        await self._talk.send(json.dumps(message, separators=(",", ":")) + "\n")

    async def receive(self) -> dict[str, object] | None:
        async for line in self._lines:
            try:
                message = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(message, dict) and _is_readable(message):
                return message
        return None

    async def close(self) -> None:
        self._talk.close()


def _is_readable(message: dict[str, object]) -> bool:
    if "method" not in message or "id" in message:
        return True
    if message["method"] != acp.CLIENT_METHODS["session_update"]:
        return False
    try:
        schema.SessionNotification.model_validate(message.get("params"))
    except ValueError:
        return False
    return True


class Session:
    """Opens or continues a session of the agent, and gives it one prompt."""

    def __init__(
        self,
        connection: ClientSideConnection,
        assignment: Assignment,
        quirk: Quirk,
        told: reading.Told,
    ) -> None:
        self._connection, self._assignment = connection, assignment
        self._quirk, self._told = quirk, told
        self._id: str | None = None

    async def run(self, report: Callable[[Report], None]) -> Ending:
        can_load = await self._initialize()
        self._id, opened = await self._open(can_load)
        report(Report(session=self._id))
        await self._set_mode(opened)
        await self._set_model(opened)
        self._told.is_live = True
        text = acp.text_block(self._assignment.prompt)
        answer = await self._connection.prompt(session_id=self._id, prompt=[text])
        self._told.flush()
        self._told.take_usage(reading.prompt_usage(plain(answer)))
        return self._ending(answer.stop_reason)

    async def cancel(self) -> None:
        """Asks the agent to stop its turn; one that does not listen is ended anyway."""
        if self._id is None:
            return
        try:
            async with asyncio.timeout(_CANCEL_SECONDS):
                await self._connection.cancel(session_id=self._id)
        except (TimeoutError, ConnectionError):
            pass

    async def _initialize(self) -> bool:
        files = schema.FileSystemCapabilities(
            read_text_file=False, write_text_file=self._quirk.writes_by_client
        )
        answer = await self._connection.initialize(
            protocol_version=acp.PROTOCOL_VERSION,
            client_capabilities=schema.ClientCapabilities(fs=files, terminal=False),
            client_info=schema.Implementation(name=PROGRAM, version="1"),
        )
        if answer.protocol_version != acp.PROTOCOL_VERSION:
            raise _LaunchError(
                f"{self._name} speaks version {answer.protocol_version} of the Agent Client"
                f" Protocol, and version {acp.PROTOCOL_VERSION} is needed. Install one that fits."
            )
        return bool(answer.agent_capabilities and answer.agent_capabilities.load_session)

    async def _open(self, can_load: bool) -> tuple[str, "_Opened"]:
        """Returns the session's id; one that is not known any more is started anew."""
        folder, session = str(self._assignment.folder), self._assignment.session
        if session is not None and can_load:
            try:
                extra = self._quirk.session(folder)
                loaded = await self._connection.load_session(
                    cwd=folder,
                    session_id=session,
                    **extra,  # type: ignore[arg-type]  # as below
                )
            except acp.RequestError as problem:
                if problem.code == reading.AUTH_REQUIRED:
                    raise
            else:
                # The session's cost goes on; its tokens are told for each prompt.
                self._told.cost_before = 0.0
                return session, loaded
        created = await self._create(folder)
        return created.session_id, created

    async def _create(self, folder: str) -> schema.NewSessionResponse:
        try:
            return await self._new(folder)
        except acp.RequestError as problem:
            if problem.code != reading.AUTH_REQUIRED or self._quirk.sign_in is None:
                raise
        try:
            await self._connection.authenticate(method_id=self._quirk.sign_in)
        except acp.RequestError as problem:
            raise acp.RequestError.auth_required() from problem
        return await self._new(folder)

    async def _new(self, folder: str) -> schema.NewSessionResponse:
        # What the protocol does not know goes to the agent as `_meta`.
        extra = self._quirk.session(folder)
        created: schema.NewSessionResponse
        created = await self._connection.new_session(cwd=folder, **extra)  # type: ignore[arg-type]  # `_meta`
        return created

    async def _set_mode(self, opened: "_Opened") -> None:
        mode, modes = self._assignment.agent.mode or self._quirk.mode, opened.modes
        if mode is None or (modes is not None and modes.current_mode_id == mode):
            return
        known = [each.id for each in modes.available_modes] if modes else []
        if mode not in known:
            raise _LaunchError(
                f"{self._name} has no mode {mode!r}, and none is known in which it asks."
                " Set `mode` of the agent in .kittify/orchestrator.toml to one of these:"
                f" {', '.join(known) or 'none is offered'}."
            )
        await self._connection.set_session_mode(session_id=self._session, mode_id=mode)

    async def _set_model(self, opened: "_Opened") -> None:
        model = self._assignment.agent.model
        if model is None:
            return
        options = [option.id for option in opened.config_options or ()]
        if "model" not in options:
            raise _LaunchError(
                f"{self._name} takes no model over the Agent Client Protocol. Remove `model` of the"
                " agent in .kittify/orchestrator.toml, and name it in `flags` if it has one for it."
            )
        await self._connection.set_config_option(
            config_id="model", session_id=self._session, value=model
        )

    def _ending(self, stop_reason: str) -> Ending:
        answer = self._told.answer
        if self._told.system_error:
            ended = reading.failed(answer or "It told no reason.", time.time())
            return Ending(ended.failure, ended.message, answer, ended.resets_at)
        denied = self._told.denied
        if stop_reason == "end_turn" and (answer or not denied):
            return Ending(answer=answer)
        why = f" It was not allowed: {denied[-1]}" if denied else ""
        message = f"{self._name} ended its turn early ({stop_reason}).{why}"
        return Ending(Failure.CRASH, message, answer)

    @property
    def _name(self) -> str:
        return self._assignment.agent.name

    @property
    def _session(self) -> str:
        assert self._id is not None
        return self._id


_Opened = schema.NewSessionResponse | schema.LoadSessionResponse


def _refused(problem: acp.RequestError, assignment: Assignment, quirk: Quirk) -> Ending:
    text = reading.error_text(problem.code, str(problem), problem.data)
    ended = reading.failed(text, time.time())
    if problem.code == reading.AUTH_REQUIRED or ended.failure is Failure.AUTH:
        message = f"{assignment.agent.name} is not signed in: {text}. {quirk.how_to_sign_in}"
        return Ending(Failure.AUTH, message)
    return ended


def _broken(problem: Exception, talk: Talk, told: reading.Told) -> Ending:
    last = talk.errors().strip()[-2000:] or str(problem)
    message = f"The agent ended, or broke the protocol, before its work was done. It said: {last}"
    return Ending(Failure.CRASH, message, told.answer)
