from pathlib import Path

from spec_kitty.adapters.prompts import Prompts


def test_a_prompt_is_what_was_written_last(tmp_path: Path) -> None:
    prompts = Prompts(str(tmp_path))
    assert not prompts.exists("034-cats", "WP01")
    prompts.write("034-cats", "WP01", b"Purr.\n")
    prompts.write("034-cats", "WP01", b"Purr \xff loudly.\n")

    assert prompts.exists("034-cats", "WP01")
    path = Path(prompts.path("034-cats", "WP01"))
    assert path.read_bytes() == b"Purr \xff loudly.\n"
    assert [file.name for file in path.parent.iterdir()] == ["WP01.md"]
    assert not prompts.exists("034-cats", "WP02")
