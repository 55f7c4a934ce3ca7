"""Tables of what happens to the committed plan and settings while work is under way."""

from __future__ import annotations

from moments.stages import Stage
from project import SLUG

FOLDER = f"kitty-specs/{SLUG}"


def _committed(stage: Stage, path: str, text: str) -> None:
    stage.repo.write(path, text)
    stage.commit_plan()


def folder_renamed(stage: Stage) -> None:
    stage.repo.git("mv", FOLDER, "kitty-specs/035-dogs")
    stage.commit_plan()


def folder_deleted(stage: Stage) -> None:
    stage.repo.git("rm", "-r", "--quiet", FOLDER)
    stage.repo.git("commit", "--quiet", "--message", "Drop the plan")


def all_plans_deleted(stage: Stage) -> None:
    stage.repo.git("rm", "-r", "--quiet", "kitty-specs", ".kittify")
    stage.repo.git("commit", "--quiet", "--message", "No more plans")


def package_unparsable(stage: Stage) -> None:
    _committed(stage, f"{FOLDER}/tasks/WP01-purr.md", "---\nwork_package_id: [\n")


def other_package_unparsable(stage: Stage) -> None:
    _committed(stage, f"{FOLDER}/tasks/WP02-meow.md", b"\xff\xfe not a plan".decode("latin-1"))


def cycle(stage: Stage) -> None:
    stage.project.plan("WP01", "Purr", ["WP03"])
    stage.commit_plan()


def duplicate_id(stage: Stage) -> None:
    _committed(
        stage,
        f"{FOLDER}/tasks/WP01-again.md",
        "---\nwork_package_id: WP01\ntitle: Again\ndependencies: []\n---\nTwice.\n",
    )


def dependency_missing(stage: Stage) -> None:
    stage.project.plan("WP01", "Purr", ["WP77"])
    stage.commit_plan()


def dependencies_changed(stage: Stage) -> None:
    stage.project.plan("WP01", "Purr", ["WP02"])
    stage.commit_plan()


def meta_broken(stage: Stage) -> None:
    _committed(stage, f"{FOLDER}/meta.json", "{ no json")


def settings_broken(stage: Stage) -> None:
    _committed(stage, ".kittify/config.toml", "this is = = no toml\n")


def settings_of_wrong_type(stage: Stage) -> None:
    _committed(stage, ".kittify/config.toml", "policy = 7\n[merge]\nstrategy = 3\n")


def automation_forbidden(stage: Stage) -> None:
    _committed(stage, ".kittify/config.toml", "[policy]\norchestration = false\n")


def package_added(stage: Stage) -> None:
    stage.project.plan("WP04", "Climb")
    stage.commit_plan()


def package_removed(stage: Stage) -> None:
    stage.repo.git("rm", "--quiet", f"{FOLDER}/tasks/WP01-purr.md")
    stage.commit_plan()


def package_removed_that_others_need(stage: Stage) -> None:
    package_removed(stage)


def package_renumbered(stage: Stage) -> None:
    stage.repo.git("rm", "--quiet", f"{FOLDER}/tasks/WP01-purr.md")
    stage.project.plan("WP11", "Purr")
    stage.project.plan("WP03", "Sleep", ["WP11"])
    stage.commit_plan()


def folder_a_file(stage: Stage) -> None:
    stage.repo.git("rm", "-r", "--quiet", FOLDER)
    _committed(stage, FOLDER, "a file\n")


def tasks_a_link(stage: Stage) -> None:
    stage.repo.git("mv", f"{FOLDER}/tasks", "elsewhere")
    (stage.repo.path / FOLDER).mkdir(parents=True, exist_ok=True)
    (stage.repo.path / FOLDER / "tasks").symlink_to("../../elsewhere")
    stage.repo.git("add", "--all", "elsewhere", "kitty-specs")
    stage.repo.git("commit", "--quiet", "--message", "Move the tasks")


PLAN_MOMENTS = (
    folder_renamed,
    folder_deleted,
    all_plans_deleted,
    package_unparsable,
    other_package_unparsable,
    cycle,
    duplicate_id,
    dependency_missing,
    dependencies_changed,
    meta_broken,
    settings_broken,
    settings_of_wrong_type,
    automation_forbidden,
    package_added,
    package_removed,
    package_renumbered,
    folder_a_file,
    tasks_a_link,
)
