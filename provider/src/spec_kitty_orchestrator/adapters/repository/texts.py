"""Owns where prompt templates come from: the team's own, or those that belong to this program."""

from importlib.resources import files
from pathlib import Path

from spec_kitty_orchestrator.adapters.repository.places import Places
from spec_kitty_orchestrator.domain import prompts
from spec_kitty_orchestrator.domain.prompts import UnusableTemplate
from spec_kitty_orchestrator.ports import Texts

# A team's template of a name lies here, in the main checkout.
FOLDER = ".kittify/prompts"


class FileTexts(Texts):
    """Reads each template once, so that a run asks the same way from its start to its end."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._templates: dict[str, str] = {}

    def check(self) -> None:
        for name in prompts.PLACES:
            self.template(name)

    def template(self, name: str) -> str:
        """Returns a template. Raises UnusableTemplate, OSError."""
        if name not in self._templates:
            self._templates[name] = self._read(name)
        return self._templates[name]

    def task(self, prompt: Path) -> str:
        """Returns the text of a work package. Raises OSError."""
        return prompt.read_text(encoding="utf-8", errors="backslashreplace").strip()

    def _read(self, name: str) -> str:
        path = f"{FOLDER}/{name}.md"
        own = self._places.read(path)
        if own is None:
            return (files("spec_kitty_orchestrator") / f"prompts/{name}.md").read_text("utf-8")
        try:
            template = own.decode("utf-8-sig").replace("\r\n", "\n")
            prompts.check(name, template)
        except UnicodeDecodeError:
            raise UnusableTemplate(f"{path} is not UTF-8. Save it as UTF-8.") from None
        except UnusableTemplate as problem:
            raise UnusableTemplate(f"{path}: {problem}") from None
        if not template.strip():
            raise UnusableTemplate(f"{path} is empty. Write the prompt, or remove the file.")
        return template
