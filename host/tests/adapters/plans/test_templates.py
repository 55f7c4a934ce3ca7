import re
import tomllib

from spec_kitty.adapters.plans.settings_file import settings_of
from spec_kitty.adapters.plans.templates import settings_text
from spec_kitty.domain.planning.settings import ProjectSettings
from spec_kitty.domain.planning.settings_keys import KEYS


def test_the_settings_file_of_a_new_project_sets_nothing() -> None:
    assert settings_of(settings_text().encode()) == ProjectSettings()


def test_uncommenting_every_line_gives_the_defaults() -> None:
    text = re.sub(r"^#(?=\S)", "", settings_text(), flags=re.MULTILINE)
    set_keys = [name for table in [tomllib.loads(text)] for name in names_in(table)]
    allow_lists = [key.name for key in KEYS if key.kind == "allowed"]
    assert set_keys == [key.name for key in KEYS if key.name not in allow_lists]
    assert settings_of(text.encode()) == ProjectSettings()


def names_in(document: dict[str, object]) -> list[str]:
    names = []
    for name, value in document.items():
        names.extend(names_in(value) if isinstance(value, dict) else [name])
    return names


def test_every_example_is_valid() -> None:
    section, lines = "", []
    for line in settings_text().splitlines():
        section = line if line.startswith("[") else section
        if line.startswith("# Example: "):
            lines.append((section, line.removeprefix("# Example: ")))
    assert len(lines) == len([key for key in KEYS if key.example])
    for header, example in lines:
        assert isinstance(settings_of(f"{header}\n{example}\n".encode()), ProjectSettings)
