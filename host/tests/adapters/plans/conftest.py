from collections.abc import Iterator

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.plans.reader import PlanReader


@pytest.fixture
def reader(repo: Repo) -> Iterator[PlanReader]:
    objects = GitObjects(Git(locate(str(repo.path))))
    yield PlanReader(objects, str(repo.path / ".git"))
    objects.close()
