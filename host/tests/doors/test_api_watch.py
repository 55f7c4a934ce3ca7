"""The stream of the contract: events as they happen, resumable, ended by its reader."""

import os
import subprocess
import sys

from door import call, watching
from project import SLUG, Project

FEATURE = ("--feature", SLUG)


def test_a_quiet_feature_is_answered_with_a_heartbeat_at_once(project: Project) -> None:
    with watching(project.repo, *FEATURE) as stream:
        assert stream.line()["data"] == {"kind": "heartbeat", "cursor": None}


def test_what_happens_meanwhile_arrives(project: Project) -> None:
    with watching(project.repo, *FEATURE) as stream:
        stream.line()
        project.start("WP01")
        first, second = stream.line()["data"], stream.line()["data"]
    assert (first["type"], second["type"]) == ("PackageClaimed", "WorkspacePrepared")
    assert [first, second] == [
        {"kind": "event", **event} for event in project.api("history").data["events"]
    ]


def test_what_happened_before_comes_first_and_then_a_heartbeat(project: Project) -> None:
    project.start("WP01")
    cursor = project.api("feature-state").data["cursor"]
    with watching(project.repo, *FEATURE) as stream:
        lines = [stream.line()["data"] for _ in range(3)]
    assert [line["kind"] for line in lines] == ["event", "event", "heartbeat"]
    assert lines[-1]["cursor"] == cursor


def test_a_stream_goes_on_after_a_cursor(project: Project) -> None:
    project.start("WP01")
    cursor = project.api("feature-state").data["cursor"]
    project.start("WP02")
    with watching(project.repo, *FEATURE, "--after", cursor) as stream:
        assert [stream.line()["data"]["wp_id"] for _ in range(2)] == ["WP02", "WP02"]


def test_a_stream_of_one_package_leaves_the_others_out(project: Project) -> None:
    with watching(project.repo, *FEATURE, "--wp", "WP02") as stream:
        stream.line()
        project.start("WP01")
        project.start("WP02")
        assert stream.line()["data"]["wp_id"] == "WP02"


def test_a_stream_ends_when_its_reader_goes_away(project: Project) -> None:
    with watching(project.repo, *FEATURE) as stream:
        stream.line()
        assert stream.close() == 0


def test_a_stream_ends_whose_reader_was_gone_before_its_first_line(project: Project) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    words = [sys.executable, "-m", "spec_kitty", "orchestrator-api", "watch", *FEATURE]
    ended = subprocess.run(words, cwd=project.repo.path, stdout=writer, check=False, timeout=60)
    os.close(writer)
    assert ended.returncode == 0


def test_a_stream_that_cannot_begin_is_one_refusal(project: Project) -> None:
    assert call(project.repo, "watch", "--feature", "035-dogs").error == "FEATURE_NOT_FOUND"
    assert project.api("watch", "--after", "0" * 40).error == "USAGE_ERROR"
    assert project.api("watch", "--wp", "WP*").error == "USAGE_ERROR"
