"""Owns a look at a run that is drawn over again in place, and leaves the terminal clean."""

from rich.console import Group
from rich.live import Live as Region

from spec_kitty_orchestrator.cli import drawing
from spec_kitty_orchestrator.cli.glance import Glance, lines


class Drawn:
    """Draws the looks that it is called with; `last` is what is to stay in view after."""

    def __init__(self) -> None:
        self.last: Glance | None = None
        self._console = drawing.make_console()
        self._region = Region(console=self._console, screen=True, auto_refresh=False)

    def __enter__(self) -> "Drawn":
        self._region.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._region.stop()

    def __call__(self, look: Glance) -> None:
        self.last = look
        width, height = self._console.size
        shown = lines(look, width, height)
        parts = [part for line in shown for part in drawing.hanging(drawing.as_text(line), width)]
        self._region.update(Group(*parts[:height]), refresh=True)
