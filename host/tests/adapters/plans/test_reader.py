import subprocess
import sys
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.plans.reader import PlanReader
from spec_kitty.domain.planning.plan import FeaturePlan, PlannedPackage, Problem
from spec_kitty.domain.planning.settings import ProjectSettings, VerifySettings
from spec_kitty.domain.refusals import ErrorCode, Refusal

FOLDER = "kitty-specs/034-x"
MAIN = "refs/heads/main"


def package_text(package_id: str, dependencies: str = "[]") -> str:
    return f"---\nwork_package_id: {package_id}\ndependencies: {dependencies}\n---\n# Do it\n"


def write_package(repo: Repo, package_id: str, dependencies: str = "[]") -> None:
    text = package_text(package_id, dependencies)
    repo.write(f"{FOLDER}/tasks/{package_id}-x.md", text)


def told(reader: PlanReader) -> list[tuple[str, int | None, str, str, str | None]]:
    plan = reader.plan(MAIN, "034-x")
    assert plan is not None
    return [
        (each.path.removeprefix(f"{FOLDER}/"), each.line, each.severity, each.message, package_id)
        for each in plan.problems
        for package_id in [each.package_id]
    ]


def test_a_committed_feature_is_read_whole(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP100", "[WP99]")
    write_package(repo, "WP99")
    repo.write(f"{FOLDER}/meta.json", '{"title": "The feature", "target_branch": "develop"}')
    repo.commit()
    blobs = {each: repo.git("rev-parse", f"HEAD:{FOLDER}/tasks/{each}-x.md") for each in ids()}
    paths = {each: f"{FOLDER}/tasks/{each}-x.md" for each in ids()}
    assert reader.plan(MAIN, "034-x") == FeaturePlan(
        "034-x",
        repo.git("rev-parse", f"HEAD:{FOLDER}"),
        "The feature",
        (
            PlannedPackage("WP99", "Do it", paths["WP99"], (), (), (), None, False, blobs["WP99"]),
            PlannedPackage(
                "WP100", "Do it", paths["WP100"], ("WP99",), (), (), None, False, blobs["WP100"]
            ),
        ),
        (),
        "develop",
    )


def ids() -> tuple[str, str]:
    return "WP99", "WP100"


def test_what_is_only_on_disk_is_not_read(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01")
    assert reader.plan(MAIN, "034-x") is None
    repo.commit()
    write_package(repo, "WP02")
    plan = reader.plan(MAIN, "034-x")
    assert plan is not None
    assert [each.id for each in plan.packages] == ["WP01"]


def test_a_file_in_place_of_the_folder_is_no_feature(repo: Repo, reader: PlanReader) -> None:
    repo.write(FOLDER, "x")
    repo.commit()
    assert reader.plan(MAIN, "034-x") is None


def test_an_earlier_commit_has_its_own_plan(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01")
    first = repo.commit()
    write_package(repo, "WP02")
    repo.commit()
    plans = reader.plan(first, "034-x"), reader.plan(MAIN, "034-x")
    assert [len(plan.packages) if plan else None for plan in plans] == [1, 2]


def test_a_feature_without_work_packages_is_a_plan_with_a_warning(
    repo: Repo, reader: PlanReader
) -> None:
    repo.write(f"{FOLDER}/spec.md", "# Feature Specification: Better  cats\n")
    repo.commit()
    plan = reader.plan(MAIN, "034-x")
    assert plan is not None
    assert (plan.title, plan.packages) == ("Better cats", ())
    message = f"The feature has no work packages yet. Add {FOLDER}/tasks/WP01-<name>.md."
    assert told(reader) == [("tasks", None, "warning", message, None)]


def test_one_broken_file_spoils_its_own_package_only(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01")
    repo.write(f"{FOLDER}/tasks/WP02-x.md", b"\xff")
    repo.commit()
    plan = reader.plan(MAIN, "034-x")
    assert plan is not None
    assert [each.id for each in plan.packages] == ["WP01", "WP02"]
    assert [each.package_id for each in plan.problems] == ["WP02"]


def test_two_files_of_one_id_are_an_error_of_that_package(repo: Repo, reader: PlanReader) -> None:
    repo.write(f"{FOLDER}/tasks/WP01-a.md", package_text("WP01"))
    repo.write(f"{FOLDER}/tasks/WP01-b.md", package_text("WP01"))
    repo.commit()
    message = f"{FOLDER}/tasks/WP01-a.md is WP01 already. Give one of the files another id."
    assert told(reader) == [("tasks/WP01-b.md", None, "error", message, "WP01")]


def test_a_name_that_is_nearly_one_is_an_error_of_the_feature(
    repo: Repo, reader: PlanReader
) -> None:
    write_package(repo, "WP01")
    repo.write(f"{FOLDER}/tasks/WP2-b.md", package_text("WP02"))
    repo.write(f"{FOLDER}/tasks/README.md", "Hello")
    repo.commit()
    message = (
        "The name is not that of a work package. Begin it with WP and two to six digits, "
        "as in WP01-first-step.md."
    )
    assert told(reader) == [("tasks/WP2-b.md", None, "error", message, None)]


def test_a_link_is_not_followed(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01")
    (repo.path / FOLDER / "tasks" / "WP02-x.md").symlink_to("WP01-x.md")
    repo.commit()
    message = "This is a link or a folder. Commit the file itself in its place."
    assert told(reader) == [("tasks/WP02-x.md", None, "error", message, "WP02")]


def test_a_file_over_a_mebibyte_is_not_read(repo: Repo, reader: PlanReader) -> None:
    whole = package_text("WP01")
    repo.write(f"{FOLDER}/tasks/WP01-x.md", whole + "x" * ((1 << 20) - len(whole)))
    repo.write(f"{FOLDER}/tasks/WP02-x.md", package_text("WP02") + "x" * (1 << 20))
    repo.commit()
    message = "The file is over 1 MiB. Keep only the task in it."
    assert told(reader) == [("tasks/WP02-x.md", None, "error", message, "WP02")]


def test_dependencies_are_checked_across_the_feature(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01", "[WP02]")
    write_package(repo, "WP02", "[WP03, WP01]")
    write_package(repo, "WP03", "[WP03]")
    write_package(repo, "WP04", "[WP01, WP09]")
    repo.commit()
    circle = (
        "These work packages wait for each other: WP01 -> WP02 -> WP01. "
        "Remove one of these dependencies."
    )
    itself = "WP03 depends on itself. Remove it from its own dependencies."
    unknown = (
        "The dependency WP09 is not a work package of this feature. "
        "Correct it, or add tasks/WP09-<name>.md."
    )
    assert told(reader) == [
        ("tasks/WP01-x.md", 3, "error", circle, "WP01"),
        ("tasks/WP02-x.md", 3, "error", circle, "WP02"),
        ("tasks/WP03-x.md", 3, "error", itself, "WP03"),
        ("tasks/WP04-x.md", 3, "error", unknown, "WP04"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b'{"title":\n x}', 2, "This is not JSON: Expecting value."),
        (b"[" * 100_000, None, "This is not JSON in UTF-8."),
        (b"\xff", None, "This is not JSON in UTF-8."),
        (b"[]", 1, 'This must be a JSON object: {"title": "..."}'),
        (b'{"target_branch": 3}', None, "'target_branch' must be a text."),
        (b" " * (2 << 20), None, "This must be a file of less than 1 MiB."),
    ],
)
def test_a_broken_meta_file_is_an_error_of_the_feature(
    repo: Repo, reader: PlanReader, content: bytes, line: int | None, message: str
) -> None:
    write_package(repo, "WP01")
    repo.write(f"{FOLDER}/meta.json", content)
    repo.commit()
    assert told(reader) == [("meta.json", line, "error", message, None)]


def test_a_long_cycle_is_named_in_short(repo: Repo, reader: PlanReader) -> None:
    for number in range(1, 31):
        write_package(repo, f"WP{number:02}", f"[WP{number % 30 + 1:02}]")
    repo.commit()
    path = " -> ".join(f"WP{number:02}" for number in range(1, 11))
    assert told(reader)[0][3] == (
        f"These work packages wait for each other: {path} -> (19 more) -> WP01. "
        "Remove one of these dependencies."
    )


def test_the_features_are_the_folders_with_a_valid_name(repo: Repo, reader: PlanReader) -> None:
    assert reader.slugs(MAIN) == ()
    for name in ["034-x", "035-y", ".hidden", "a..b", "x-WP01", "x.lock"]:
        repo.write(f"kitty-specs/{name}/spec.md", "x")
    repo.write("kitty-specs/README.md", "x")
    repo.commit()
    assert reader.slugs(MAIN) == ("034-x", "035-y")
    assert reader.slugs("refs/heads/none") == ()


def test_a_commit_with_settings_or_plans_is_a_project(repo: Repo, reader: PlanReader) -> None:
    with_settings = repo.tip()
    repo.git("rm", "--quiet", ".kittify/config.toml")
    repo.write("README", "x")
    neither = repo.commit()
    repo.write("kitty-specs/034-x/spec.md", "x")
    with_plans = repo.commit()
    said = [reader.is_project(each) for each in (with_settings, neither, with_plans, "none")]
    assert said == [True, False, True, False]


def test_a_committed_text_is_read(repo: Repo, reader: PlanReader) -> None:
    repo.write(f"{FOLDER}/spec.md", b"\xef\xbb\xbfHello \xff")
    repo.commit()
    assert reader.text(MAIN, f"{FOLDER}/spec.md") == "Hello \ufffd"
    assert reader.text(MAIN, FOLDER) is None
    assert reader.text(MAIN, "none") is None


def test_settings_are_read_from_the_commit(repo: Repo, reader: PlanReader) -> None:
    repo.write(".kittify/config.toml", '[verify]\ncommand = "make test"\n')
    repo.commit()
    expected = ProjectSettings(verify=VerifySettings("make test"))
    assert [reader.settings(MAIN) for _ in range(2)] == [expected, expected]
    repo.git("rm", "--quiet", ".kittify/config.toml")
    repo.write("kitty-specs/x", "x")
    repo.commit()
    assert reader.settings(MAIN) == ProjectSettings()


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (b"a = \n", 1, "This is not TOML: Invalid value."),
        (b"\n[verify]\ntimeout_seconds = \xff", 3, "The file is not UTF-8. Save it as UTF-8."),
        (b"a = " + b"[" * 100_000, None, "This is not TOML that can be read."),
        (b"#" * (300 << 10), None, "The file is over 256 KiB."),
        (
            b"\r\n[verify]\r\n# x\r\ntimeout_seconds = 0\r\n",
            4,
            "'verify.timeout_seconds' must be a whole number above 0.",
        ),
        (
            b"[ 'verify' ]\n'timeout_seconds' = 0",
            2,
            "'verify.timeout_seconds' must be a whole number above 0.",
        ),
        (b"[x]\ny = 1", 1, "There is no setting 'x'."),
        (b"policy.force = 1", None, "'policy.force' must be true or false."),
    ],
)
def test_settings_that_cannot_be_used_are_refused_with_file_and_line(
    repo: Repo, reader: PlanReader, content: bytes, line: int | None, message: str
) -> None:
    repo.write(".kittify/config.toml", content)
    repo.commit()
    with pytest.raises(Refusal) as refused:
        reader.settings(MAIN)
    assert refused.value.code is ErrorCode.PLAN_INVALID
    path = ".kittify/config.toml"
    assert refused.value.facts == {"problems": [{"path": path, "line": line, "message": message}]}
    place = path if line is None else f"{path}:{line}"
    assert refused.value.message == (
        f"The project's settings cannot be used. {place}: {message} Correct and commit the file."
    )


def test_a_repository_of_sha256_has_plans_too(tmp_path: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "--quiet", "--object-format=sha256")
    write_package(repo, "WP01")
    repo.commit()
    objects = GitObjects(Git(locate(str(tmp_path))))
    plan = PlanReader(objects, str(tmp_path / ".git")).plan("HEAD", "034-x")
    objects.close()
    assert plan is not None
    assert [len(plan.tree), plan.packages[0].id] == [64, "WP01"]


READ_AND_LIST_IMPORTS = """
import sys
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.plans.reader import PlanReader
objects = GitObjects(Git(locate(sys.argv[1])))
reader = PlanReader(objects, sys.argv[1] + "/.git")
reader.plan("HEAD", "034-x"), reader.settings("HEAD"), reader.slugs("HEAD")
slow = ("typing", "dataclasses", "pathlib", "subprocess", "shutil", "tempfile", "contextlib",
        "hashlib", "datetime", "tomllib", "yaml", "click", "rich", "logging", "uuid", "fnmatch")
print(*(name for name in slow if name in sys.modules))
"""


def test_a_plan_in_the_cache_is_read_without_slow_imports(repo: Repo, reader: PlanReader) -> None:
    write_package(repo, "WP01")
    repo.commit()
    reader.plan("HEAD", "034-x")
    reader.settings("HEAD")
    command = [sys.executable, "-I", "-S", "-c", READ_AND_LIST_IMPORTS, str(repo.path)]
    source = Path(sys.modules["spec_kitty"].__path__[0]).parent
    command[4] = f"import sys; sys.path.insert(0, {str(source)!r})\n{READ_AND_LIST_IMPORTS}"
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ended.stdout.split() == []


def test_a_problem_reaches_the_next_reader_through_the_cache(
    repo: Repo, reader: PlanReader
) -> None:
    repo.write(f"{FOLDER}/tasks/WP01-x.md", package_text("WP02", "[WP03]"))
    repo.commit()
    first = reader.plan(MAIN, "034-x")
    assert first is not None
    assert isinstance(first.problems[0], Problem)
    assert reader.plan(MAIN, "034-x") == first
