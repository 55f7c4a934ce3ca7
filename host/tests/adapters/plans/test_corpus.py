"""Every plan of the corpus, which real projects wrote, is read as its front matter says."""

import re
import shutil
import warnings
from pathlib import Path

import pytest
import yaml

from repository import Repo
from spec_kitty.adapters.plans.reader import PlanReader

CORPUS = Path(__file__).parents[5] / "shared" / "corpus" / "kitty-specs"

pytestmark = pytest.mark.filterwarnings("default:The corpus:UserWarning")

Row = tuple[str, str, tuple[str, ...], tuple[str, ...]]


def declared(file: Path) -> Row:
    block = re.split(r"^---[ \t]*$", file.read_text("utf-8-sig"), maxsplit=2, flags=re.MULTILINE)
    values = yaml.load(block[1], yaml.CSafeLoader)
    return (
        values["work_package_id"],
        values.get("title") or values["work_package_title"],
        tuple(values["dependencies"]),
        tuple(values["subtasks"]),
    )


def test_every_feature_of_the_corpus_loads_as_declared(repo: Repo, reader: PlanReader) -> None:
    if not CORPUS.is_dir():
        warnings.warn(f"The corpus is not at {CORPUS}: no real plan was read.", stacklevel=1)
        pytest.skip("the corpus of real plans is not there")
    shutil.copytree(CORPUS, repo.path / "kitty-specs")
    repo.commit()
    slugs = reader.slugs("HEAD")
    expected = {
        folder.name: sorted(declared(file) for file in folder.glob("tasks/WP*.md"))
        for folder in CORPUS.iterdir()
    }
    found = {}
    errors: list[str] = []
    for slug in slugs:
        plan = reader.plan("HEAD", slug)
        assert plan is not None
        errors.extend(str(each) for each in plan.problems if each.severity == "error")
        found[slug] = sorted(
            (each.id, each.title, each.dependencies, each.subtasks) for each in plan.packages
        )
    assert found == expected
    assert (len(found), sum(map(len, found.values()))) == (54, 353)
    assert errors == []
