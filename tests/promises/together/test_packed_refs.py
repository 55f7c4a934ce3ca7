"""A program that runs for long, and refs that are packed again and again beside it.

A change that was decided on what was read too early fails its compare and swap; an answer that
there is nothing to do, or that somebody else holds the work, only the reading keeps true.
"""

from packed_refs import pack_refs, pack_refs_alike
from people import Person
from project import Project
from spec_kitty.wiring import open_host

TRIES = 100


def release(project: Project) -> None:
    host = open_host(str(project.repo.path))
    Person(host, "ben").move("WP01", "planned", "Somebody else's turn.")
    host.close()


def test_what_others_did_is_known_however_refs_are_packed(project: Project, alice: Person) -> None:
    alice.start("WP01")
    for attempt in range(1, TRIES):
        pack_refs(project.repo)
        assert alice.start("WP01")["no_op"]
        release(project)
        is_alike = pack_refs_alike(project.repo)

        told = alice.start("WP01")

        assert (told["no_op"], told["attempt"]) == (False, attempt + 1)
        if is_alike:
            return
    raise AssertionError("It never was within a second.")
