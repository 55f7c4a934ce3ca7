"""Owns the set of use cases: what a door can ask of the host, made when first asked for.

A read needs a journal and a plan, a merge nearly everything; nothing is built for a call that
does not use it.
"""

from __future__ import annotations

from functools import cached_property

from spec_kitty.application.project import Project
from spec_kitty.application.reading import Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.delivery.acceptance import Acceptances
    from spec_kitty.application.delivery.merging import Merges
    from spec_kitty.application.moves.named import Moves
    from spec_kitty.application.moves.reviews import Reviews
    from spec_kitty.application.moves.starts import Starts
    from spec_kitty.application.moves.submissions import Submissions
    from spec_kitty.application.ports import Ports
    from spec_kitty.application.salvaging import Salvaging
    from spec_kitty.application.workflow import Workflow


class Host:
    """Is the host of one repository."""

    def __init__(self, ports: Ports) -> None:
        self.ports = ports

    def close(self) -> None:
        """Frees what the ports hold."""
        self.ports.close()

    @cached_property
    def project(self) -> Project:
        return Project(self.ports)

    @cached_property
    def reader(self) -> Reader:
        return Reader(self.ports.reading, self.project)

    @cached_property
    def workflow(self) -> Workflow:
        from spec_kitty.application.workflow import Workflow

        return Workflow(self.ports, self.project, self.reader)

    @cached_property
    def starts(self) -> Starts:
        from spec_kitty.application.moves.starts import Starts

        return Starts(self.workflow)

    @cached_property
    def submissions(self) -> Submissions:
        from spec_kitty.application.moves.submissions import Submissions

        return Submissions(self.workflow)

    @cached_property
    def reviews(self) -> Reviews:
        from spec_kitty.application.moves.reviews import Reviews

        return Reviews(self.workflow)

    @cached_property
    def moves(self) -> Moves:
        from spec_kitty.application.moves.named import Moves

        return Moves(self.workflow)

    @cached_property
    def acceptances(self) -> Acceptances:
        from spec_kitty.application.delivery.acceptance import Acceptances

        return Acceptances(self.workflow)

    @cached_property
    def salvaging(self) -> Salvaging:
        from spec_kitty.application.salvaging import Salvaging

        return Salvaging(self.ports)

    @cached_property
    def merges(self) -> Merges:
        from spec_kitty.application.delivery.merging import Merges

        return Merges(self.workflow)
