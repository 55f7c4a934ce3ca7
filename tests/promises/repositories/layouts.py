"""Holds the kinds of repositories by how they are laid out, in which the whole story works."""

from __future__ import annotations

import shutil
from pathlib import Path

from repositories.places import bare_clone, configure, planned, scene_of
from repositories.whole_story import Scene
from repository import Repo


def plain(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"))


def sha256_objects(folder: Path) -> Scene:
    return scene_of(planned(folder / "p", "--object-format=sha256"))


def bare(folder: Path) -> Scene:
    repo = bare_clone(planned(folder / "p"), folder / "bare.git")
    return Scene(repo.path, repo.path, top=folder)


def bare_with_settings_of_worktrees(folder: Path) -> Scene:
    scene = bare(folder)
    repo = Repo(scene.git_dir)
    configure(repo, "extensions.worktreeConfig=true")
    repo.git("config", "--unset", "core.bare")
    repo.git("config", "--worktree", "core.bare", "true")
    return scene


def _worktree_of_bare(folder: Path, name: str) -> Scene:
    repo = bare_clone(planned(folder / "p"), folder / "x" / name)
    repo.git("worktree", "add", "--quiet", folder / "x/main", "main")
    return Scene(repo.path, folder / "x/main", top=folder / "x", landed=folder / "x/main")


def worktrees_around_a_bare_dot_git(folder: Path) -> Scene:
    return _worktree_of_bare(folder, ".git")


def worktrees_around_a_hidden_bare_repository(folder: Path) -> Scene:
    scene = _worktree_of_bare(folder, ".bare")
    (folder / "x/.git").write_text("gitdir: ./.bare\n")
    scene.place = folder / "x"
    return scene


def checkout_elsewhere(folder: Path) -> Scene:
    repo = planned(folder / "p")
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    for entry in repo.path.iterdir():
        if entry.name != ".git":
            shutil.move(entry, elsewhere)
    configure(repo, f"core.worktree={elsewhere}")
    scene = scene_of(repo, top=elsewhere, landed=elsewhere)
    scene.asked_from = repo.path
    return scene


def settings_of_worktrees(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "extensions.worktreeConfig=true")
    return scene_of(repo)


def linked_worktree(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.git("checkout", "--quiet", "--detach")
    repo.git("worktree", "add", "--quiet", folder / "linked", "main")
    return Scene(repo.path / ".git", folder / "linked", top=repo.path, landed=folder / "linked")


def git_dir_apart(folder: Path) -> Scene:
    repo = planned(folder / "p", "--separate-git-dir", str(folder / "apart.git"))
    return Scene(folder / "apart.git", repo.path, top=repo.path, landed=repo.path)


def workspace_of_a_git_dir_apart(folder: Path) -> Scene:
    scene = git_dir_apart(folder)
    words = ("worktree", "add", "--quiet", "--detach", scene.place / ".worktrees/mine")
    Repo(scene.place).git(*words)
    exclude = scene.git_dir / "info/exclude"
    exclude.write_text(exclude.read_text() + "/.worktrees/\n")
    scene.place = scene.place / ".worktrees/mine"
    return scene


def git_dir_behind_a_link(folder: Path) -> Scene:
    repo = planned(folder / "p")
    shutil.move(repo.path / ".git", folder / "apart")
    (repo.path / ".git").symlink_to(folder / "apart")
    return scene_of(repo)


def inside_a_submodule(folder: Path) -> Scene:
    inner, outer = planned(folder / "inner"), planned(folder / "outer")
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    outer.git(*words, str(inner.path), "sub")
    path = outer.path / "sub"
    return Scene(outer.path / ".git/modules/sub", path, top=path, landed=path)


def linked_worktree_of_a_submodule(folder: Path) -> Scene:
    scene = inside_a_submodule(folder)
    Repo(scene.place).git("worktree", "add", "--quiet", "--detach", folder / "linked")
    scene.place = folder / "linked"
    return scene


def subfolder(folder: Path) -> Scene:
    scene = plain(folder)
    scene.place = scene.place / "kitty-specs"
    return scene


def inside_the_git_dir(folder: Path) -> Scene:
    scene = plain(folder)
    scene.place = scene.git_dir / "refs"
    return scene


def behind_a_link(folder: Path) -> Scene:
    repo = planned(folder / "p")
    (folder / "link").symlink_to("p")
    return scene_of(repo, place=folder / "link")


def strange_path(folder: Path) -> Scene:
    name = b"a b:c\n\xff'\"\xc3\xa9 $x;#"
    path = Path(str(folder) + "/" + name.decode(errors="surrogateescape"))
    return scene_of(planned(path), prefix=("env",))


def home_itself(folder: Path) -> Scene:
    repo = planned(folder / "p")
    return scene_of(repo, environment={"HOME": str(repo.path)})


def oldest_format(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.git("config", "--unset", "core.repositoryformatversion")
    return scene_of(repo)


def borrowed_objects(folder: Path) -> Scene:
    planned(folder / "p").git("clone", "--quiet", "--shared", ".", folder / "c")
    return scene_of(Repo(folder / "c"))


def packed(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.git("gc", "--quiet", "--prune=now")
    repo.git("pack-refs", "--all")
    return scene_of(repo)


def grafted(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.write("x", "1\n")
    repo.write(".git/info/grafts", f"{repo.commit()}\n")
    return scene_of(repo)


def shallow(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.write("x", "1\n")
    repo.commit()
    repo.git("clone", "--quiet", "--depth=1", f"file://{repo.path}", folder / "c")
    return scene_of(Repo(folder / "c"))


def _partial(folder: Path, filtered: str) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true")
    repo.write("x", "1\n")
    repo.commit()
    words = ("clone", "--quiet", f"--filter={filtered}", f"file://{repo.path}")
    repo.git(*words, folder / "c")
    return scene_of(Repo(folder / "c"))


def partial(folder: Path) -> Scene:
    return _partial(folder, "tree:0")


def partial_without_its_remote(folder: Path) -> Scene:
    scene = _partial(folder, "blob:none")
    shutil.rmtree(folder / "p")
    return scene


def sparse_cone(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.write("near/x", "1\n")
    repo.write("far/y", "2\n")
    repo.commit()
    repo.git("sparse-checkout", "set", "--cone", "near")
    return scene_of(repo)


def sparse_index(folder: Path) -> Scene:
    scene = sparse_cone(folder)
    Repo(scene.place).git("sparse-checkout", "set", "--cone", "--sparse-index", "near")
    scene.file, scene.landed = "far/z", None
    return scene


def sparse_patterns(folder: Path) -> Scene:
    scene = sparse_cone(folder)
    Repo(scene.place).git("sparse-checkout", "set", "--no-cone", "/*", "!/far/")
    return scene


def unusual_branch(folder: Path) -> Scene:
    return scene_of(planned(folder / "p", "-b", "team/größe/日本"), target="team/größe/日本")


def default_of_origin(folder: Path) -> Scene:
    planned(folder / "p", "-b", "dev/x").git("clone", "--quiet", ".", folder / "c")
    repo = Repo(folder / "c")
    repo.git("branch", "main")
    repo.git("branch", "master")
    return scene_of(repo, target="dev/x")


def detached(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.git("checkout", "--quiet", "--detach")
    return scene_of(repo, landed=None)


def private_umask(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"), prefix=("sh", "-c", 'umask 077; exec "$@"', "sh"))


def few_descriptors(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"), prefix=("prlimit", "--nofile=64"))


def explicit_bare_repositories(folder: Path) -> Scene:
    scene = bare(folder)
    configuration = folder / "configuration"
    configuration.write_text(
        "[user]\n\tname = A\n\temail = a@b.c\n[safe]\n\tbareRepository = explicit\n"
    )
    scene.environment = {"GIT_CONFIG_GLOBAL": str(configuration)}
    return scene
