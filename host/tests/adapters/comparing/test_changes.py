import os

import pytest

from repository import Repo
from spec_kitty.adapters.comparing.changes import added_lines, changes
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.domain.submission.changes import Change

ZEROS = "0" * 40


def added(repo: Repo, base: str) -> list[tuple[str, int, str]]:
    return list(added_lines(Git(locate(str(repo.path))), base, repo.tip()))


def test_changes_name_both_sides_of_each_path(repo: Repo) -> None:
    odd = os.fsdecode(b"odd\n\xff")
    repo.write("gone", "1\n")
    repo.write("changed", "1\n")
    repo.write("retyped", "1\n")
    base = repo.commit()
    (repo.path / "gone").unlink()
    (repo.path / "retyped").unlink()
    (repo.path / "retyped").symlink_to("x")
    repo.write("changed", "2\n").chmod(0o755)
    repo.write(odd, "3\n")
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{base},sub")
    repo.git("add", "gone", "retyped", "changed", odd)
    repo.git("commit", "-q", "-m", "Change")

    def oid(text: str) -> str:
        return repo.git("hash-object", "--stdin", stdin=text)

    found = changes(Git(locate(str(repo.path))), base, repo.tip())
    assert found == (
        Change("changed", "100644", "100755", oid("1\n"), oid("2\n"), "M"),
        Change("gone", "100644", "000000", oid("1\n"), ZEROS, "D"),
        Change(odd, "000000", "100644", ZEROS, oid("3\n"), "A"),
        Change("retyped", "100644", "120000", oid("1\n"), oid("x"), "T"),
        Change("sub", "000000", "160000", ZEROS, base, "A"),
    )


def test_equal_trees_have_no_changes(repo: Repo) -> None:
    host = Git(locate(str(repo.path)))
    assert changes(host, repo.tip(), repo.tip() + "^{tree}") == ()
    assert list(added_lines(host, repo.tip(), repo.tip())) == []


def test_added_lines_come_with_their_numbers(repo: Repo) -> None:
    repo.write("a.txt", "1\n2\n3\n4\n")
    base = repo.commit()
    repo.write("a.txt", "0\n1\n2\nx\ny\n4\nend")
    assert repo.commit()
    assert added(repo, base) == [
        ("a.txt", 1, "0"),
        ("a.txt", 4, "x"),
        ("a.txt", 5, "y"),
        ("a.txt", 7, "end"),
    ]


@pytest.mark.parametrize(
    "name", [b"sp ace", b"tab\t", b"new\nline", b'qu"ote\\', b"\xff\xfe", b" b/x", b"\x01\x7f"]
)
def test_added_lines_of_odd_names_are_found(repo: Repo, name: bytes) -> None:
    base = repo.tip()
    repo.write(os.fsdecode(name), "x\n")
    repo.commit()
    assert added(repo, base) == [(os.fsdecode(name), 1, "x")]


def test_content_that_looks_like_a_header_is_content(repo: Repo) -> None:
    base = repo.tip()
    lines = ["++ b/forged", "@@ -0,0 +1,99 @@", "diff --git a/x b/x", "-- a/x", "\\ No newline"]
    repo.write("a.txt", "\n".join(lines) + "\n")
    repo.write("b.txt", "last\n")
    repo.commit()
    expected = [("a.txt", number, line) for number, line in enumerate(lines, 1)]
    assert added(repo, base) == [*expected, ("b.txt", 1, "last")]


@pytest.mark.parametrize("where", [".gitattributes", ".git/info/attributes"])
def test_attributes_hide_no_line(repo: Repo, where: str) -> None:
    repo.write("a.txt", "1\n")
    base = repo.commit()
    repo.write(where, "* -diff\n")
    repo.write("a.txt", "1\n2\n")
    repo.commit()
    assert ("a.txt", 2, "2") in added(repo, base)


def test_configured_diff_programs_do_not_run(repo: Repo) -> None:
    proof = repo.path / "proof"
    repo.git("config", "diff.external", f"touch {proof}")
    repo.git("config", "diff.evil.textconv", f"touch {proof}; cat")
    repo.git("config", "diff.evil.command", f"touch {proof}")
    base = repo.tip()
    repo.write(".git/info/attributes", "* diff=evil\n")
    repo.write("a.txt", "1\n")
    repo.commit()
    assert added(repo, base) == [("a.txt", 1, "1")]
    assert not proof.exists()


def test_lines_that_are_no_text_are_left_out_and_long_ones_cut(repo: Repo) -> None:
    base = repo.tip()
    repo.write("a.bin", b"\0binary\ntext\n" + b"x" * 1_000_000 + b"\nend\n")
    repo.commit()
    assert added(repo, base) == [
        ("a.bin", 2, "text"),
        ("a.bin", 3, "x" * 20_000),
        ("a.bin", 4, "end"),
    ]


def test_reading_may_stop_early(repo: Repo) -> None:
    base = repo.tip()
    repo.write("a.txt", "line\n" * 500_000)
    repo.commit()
    lines = added_lines(Git(locate(str(repo.path))), base, repo.tip())
    assert next(lines) == ("a.txt", 1, "line")
    lines.close()  # type: ignore[attr-defined]
