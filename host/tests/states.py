"""Reads a feature's state through the contract, in the shapes that tests compare."""

from __future__ import annotations

from typing import Any

from project import Project


def package(project: Project, wp: str = "WP01") -> dict[str, Any]:
    """Returns what feature-state says about one work package."""
    state = project.api("feature-state").data
    (found,) = [each for each in state["work_packages"] if each["wp_id"] == wp]
    return dict(found)


def lane(project: Project, wp: str = "WP01") -> str:
    return str(package(project, wp)["lane"])


def kinds(project: Project, wp: str | None = None) -> list[str]:
    """Returns the types of all events, oldest first."""
    only = () if wp is None else ("--wp", wp)
    return [event["type"] for event in project.api("history", *only).data["events"]]


def warnings(project: Project) -> list[str]:
    return list(project.api("feature-state").data["warnings"])


def branches(project: Project) -> dict[str, str]:
    """Returns where every branch stands."""
    shape = "--format=%(refname:short) %(objectname)"
    listed = project.repo.git("for-each-ref", shape, "refs/heads/")
    return dict(line.split(" ") for line in listed.splitlines())


def salvage(project: Project) -> list[str]:
    listed = project.repo.git("for-each-ref", "--format=%(refname)", "refs/spec-kitty-salvage/")
    return listed.splitlines()
