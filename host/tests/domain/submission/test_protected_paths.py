import pytest

from spec_kitty.domain.submission.protected_paths import protected


@pytest.mark.parametrize(
    "path",
    [
        "kitty-specs/001-x/spec.md",
        "kitty-specs",
        "KITTY-SPECS/001-x/spec.md",
        "Kitty-Specs/x",
        ".kittify/config.toml",
        ".KITTIFY/config.toml",
        ".kittify",
        ".kittify./config.toml",
        ".kittify /config.toml",
        ".kitt\u200cify/config.toml",
        "KITTIF~1/config.toml",
        ".gitmodules",
        ".GitModules",
        "GITMOD~1",
        ".gitmodules::$DATA",
        ".git/config",
        ".GIT/config",
        "sub/.git/hooks/post-checkout",
        "sub/.Git",
        "GIT~1/config",
        ".g\u200dit/config",
        ".git /config",
        ".git...",
        ".git::$INDEX_ALLOCATION/config",
        "a\\.git\\config",
        ".kittify\\config.toml",
    ],
)
def test_a_built_in_path_is_protected_however_it_is_written(path: str) -> None:
    assert protected([path], []) == [path]


@pytest.mark.parametrize(
    "path",
    [
        "src/kitty-specs/x",
        "kitty-specs2/x",
        "my-kitty-specs/x",
        "docs/.kittify/x",
        ".kittify.md",
        "vendor/.gitmodules",
        ".gitignore",
        ".gitattributes",
        ".github/workflows/ci.yml",
        "x.git/config",
        "git/config",
        "...",
        "\udcff\n",
    ],
)
def test_other_paths_are_not(path: str) -> None:
    assert protected([path], []) == []


def test_a_project_protects_paths_of_its_own() -> None:
    paths = ["src/a.py", "infra/main.tf", "deep/a.pem", "kitty-specs/x"]

    assert protected(paths, ["infra/", "*.pem"]) == paths[1:]
