import pytest

from spec_kitty.adapters.integration.attributes import without_drivers


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (b"*.md merge=union", b"*.md merge=union"),
        (b"*.lock merge=ours text", b"*.lock merge text"),
        (b"*.png binary -diff", b"*.png binary -diff"),
        (b"* -merge", b"* -merge"),
        (b"*.psd filter=lfs diff=lfs merge=lfs -text", b"*.psd merge -text"),
        (b"* conflict-marker-size=40 text=auto", b"*"),
        (b'"with space" merge=evil', b'"with space" merge'),
        (b'"with \\" quote" merge=union', b'"with \\" quote" merge=union'),
        (b"[attr]mine merge=evil", b"[attr]mine merge"),
        (b"# merge=evil is not wanted", b"# merge is not wanted"),
        (b"\t* \t merge=evil\r", b"* merge"),
        (b"", b""),
    ],
)
def test_only_gits_own_ways_to_merge_are_kept(written: bytes, kept: bytes) -> None:
    assert without_drivers(written) == kept


def test_every_line_is_looked_at() -> None:
    assert without_drivers(b"a merge=x\nb merge=union\n") == b"a merge\nb merge=union\n"
