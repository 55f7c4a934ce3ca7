"""Holds the kinds of repositories by their settings: a person's, the project's, the caller's."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from needed_tools import need

from repositories.places import configure, planned, scene_of
from repositories.whole_story import Scene
from repository import Repo

# What the machine or the file system is said to be like, and how git stores things.
MACHINE = """
core.filemode=false core.symlinks=false core.ignorecase=true core.precomposeunicode=true
core.quotepath=false core.sharedRepository=group core.bigFileThreshold=10 core.abbrev=4
core.logAllRefUpdates=always core.compression=0 core.protectHFS=true core.protectNTFS=true
core.preloadIndex=false core.untrackedCache=true core.splitIndex=true index.version=4
index.threads=1 feature.manyFiles=true core.checkStat=minimal core.trustctime=false core.eol=crlf
core.safecrlf=true core.commentChar=% core.fsyncMethod=batch core.fsync=none core.editor=false
core.pager=false core.askPass=false core.createObject=link core.looseCompression=9
core.multiPackIndex=true pack.threads=1
""".split()

# What a person likes, and what once confused a program that reads git's output.
TASTE = """
log.showSignature=true log.decorate=full log.date=relative log.mailmap=true format.pretty=%H
format.signOff=true diff.external=false diff.noprefix=true diff.mnemonicPrefix=true
diff.renames=copies diff.algorithm=histogram diff.context=0 diff.submodule=log diff.wordRegex=.
diff.colorMoved=zebra diff.orderFile=/nowhere color.ui=always color.diff=always
color.status=always column.ui=always status.branch=true status.submoduleSummary=true
status.showUntrackedFiles=no status.relativePaths=false merge.ff=only merge.conflictStyle=zdiff3
merge.renames=false merge.renormalize=true merge.directoryRenames=true merge.log=true
merge.verifySignatures=true merge.autoStash=true pull.rebase=true push.default=nothing
push.gpgSign=true push.followTags=true init.defaultBranch=zzz alias.update-ref=!false
alias.cat-file=!false commit.verbose=true commit.template=/nowhere commit.cleanup=scissors
i18n.commitEncoding=ISO-8859-1 i18n.logOutputEncoding=ISO-8859-1 tag.gpgSign=true
branch.autoSetupMerge=always branch.autoSetupRebase=always checkout.guess=false gc.auto=1
gc.pruneExpire=now transfer.fsckObjects=true transfer.hideRefs=refs/spec-kitty rerere.enabled=true
submodule.recurse=true worktree.guessRemote=true fetch.prune=true trailer.separators=#
notes.displayRef=* apply.whitespace=error user.useConfigOnly=true protocol.allow=never
pager.log=true blame.coloring=highlightRecent grep.lineNumber=true
""".split()

ELSEWHERE = """
GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES
GIT_COMMON_DIR GIT_CEILING_DIRECTORIES GIT_TEMPLATE_DIR GIT_SHALLOW_FILE GIT_GRAFT_FILE
GIT_REPLACE_REF_BASE GIT_PREFIX GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR
GIT_CONFIG GIT_QUARANTINE_PATH GIT_ATTR_SOURCE
""".split()
ODD_VALUES = {
    "GIT_NAMESPACE": "cats",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_ICASE_PATHSPECS": "1",
    "GIT_TRACE": "2",
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.bare",
    "GIT_CONFIG_VALUE_0": "true",
    "GIT_CONFIG_PARAMETERS": "'core.bare=true'",
    "GIT_DEFAULT_HASH": "sha256",
    "GIT_DIFF_OPTS": "-u0",
    "GIT_INTERNAL_SUPER_PREFIX": "x/",
    "LC_ALL": "tr_TR.UTF-8",
    "TZ": "Asia/Kathmandu",
    "COLUMNS": "20",
    "PAGER": "false",
    "EDITOR": "false",
}


def machine(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, *MACHINE)
    return scene_of(repo)


def taste(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configuration = folder / "configuration"
    configuration.write_text(f"[include]\n\tpath = {folder}/included\n")
    (folder / "included").write_text("[user]\n\tname = Included\n\temail = i@example.org\n")
    file = ("config", "--file", configuration)
    for setting in TASTE:
        repo.git(*file, *setting.split("=", 1))
    return scene_of(repo, environment={"GIT_CONFIG_GLOBAL": str(configuration)})


def environment(folder: Path) -> Scene:
    odd = {name: str(folder / "nowhere") for name in ELSEWHERE}
    return scene_of(planned(folder / "p"), environment={**odd, **ODD_VALUES})


def _signing(folder: Path, passphrase: str) -> Scene:
    key = folder / "key"
    words = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(key)]
    subprocess.run(words, check=True)
    repo = planned(folder / "p")
    configure(repo, "commit.gpgsign=true", "gpg.format=ssh", f"user.signingkey={key}")
    return scene_of(repo)


def signed(folder: Path) -> Scene:
    return _signing(folder, "")


def signed_with_a_question(folder: Path) -> Scene:
    return _signing(folder, "secret")


def signed_by_gpg(folder: Path) -> Scene:
    """Makes a key without a passphrase in a keyring of its own; the path of its agent is short."""
    need("gpg")
    ring = Path(tempfile.mkdtemp(prefix="gpg-"))
    env = {"GNUPGHOME": str(ring)}
    words = [
        "gpg",
        "--batch",
        "--quiet",
        "--passphrase",
        "",
        "--quick-generate-key",
        "a@example.org",
    ]
    subprocess.run(words, env={**os.environ, **env}, check=True, capture_output=True)
    repo = planned(folder / "p")
    configure(repo, "commit.gpgsign=true", "user.signingkey=a@example.org")
    return scene_of(repo, environment=env)


def end_agent(scene: Scene) -> None:
    """Ends the agent that gpg started for a keyring, and removes that."""
    ring = scene.environment.get("GNUPGHOME")
    if ring is not None:
        env = {**os.environ, **scene.environment}
        subprocess.run(["gpgconf", "--kill", "all"], env=env, check=True)
        shutil.rmtree(ring)


def line_ends(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "core.autocrlf=true")
    return scene_of(repo, content=b"meow = 1\r\n")


def line_ends_on_input(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "core.autocrlf=input")
    return scene_of(repo, content=b"meow = 1\r\n", converted=True)


def attributes(folder: Path) -> Scene:
    repo = planned(folder / "p")
    lines = (
        "*.py text eol=crlf ident",
        "*.u16 text working-tree-encoding=UTF-16",
        "x export-subst",
    )
    repo.write(".gitattributes", "".join(f"{line}\n" for line in lines))
    repo.write("id.py", "$Id$\n")
    repo.write("x", "$Format:%H$\n")
    repo.write("old.u16", "miau\n".encode("utf-16"))
    repo.commit()
    return scene_of(repo, file="new.u16", content="größe\n".encode("utf-16"))


def large_files(folder: Path, *scope: str) -> Scene:
    """Makes a repository with large-file storage, set up by the real program."""
    configuration = folder / "configuration"
    configuration.write_text(Path(os.environ["GIT_CONFIG_GLOBAL"]).read_text())
    env = {"GIT_CONFIG_GLOBAL": str(configuration)}
    repo = planned(folder / "p")
    need("git-lfs")
    _run(repo, env, "lfs", "install", *(scope or ("--skip-repo",)))
    repo.write(".gitattributes", "*.bin filter=lfs diff=lfs merge=lfs -text\n")
    repo.write("old.bin", b"\0old" * 100)
    _run(repo, env, "add", "--all")
    _run(repo, env, "commit", "--quiet", "--message", "Large")
    return scene_of(
        repo, file="new.bin", content=b"\0new" * 100, work=_sees_the_old_one, environment=env
    )


def _run(repo: Repo, env: dict[str, str], *words: str) -> None:
    subprocess.run(
        ["git", *words], cwd=repo.path, env={**os.environ, **env}, check=True, capture_output=True
    )


def _sees_the_old_one(room: Path) -> None:
    assert (room / "old.bin").read_bytes() == b"\0old" * 100


def large_files_of_the_repository(folder: Path) -> Scene:
    return large_files(folder, "--local")


def large_files_without_the_program(folder: Path) -> Scene:
    scene = large_files(folder)
    programs = folder / "programs"
    programs.mkdir()
    for name in ("git", "sh", "rm", "chmod"):
        found = shutil.which(name)
        assert found is not None
        (programs / name).symlink_to(found)
    scene.environment = {**scene.environment, "PATH": str(programs)}
    return scene


def large_files_without_content(folder: Path) -> Scene:
    scene = large_files(folder)
    shutil.rmtree(scene.git_dir / "lfs")
    return scene


def require_pointer(scene: Scene, *stores: Path) -> None:
    """Asserts that the target holds a pointer, and each of the stores the content."""
    stored = scene.git("cat-file", "blob", f"refs/heads/{scene.target}:{scene.file}")
    assert stored.startswith("version https://git-lfs.github.com/spec/v1\n"), stored
    digest = stored.split("sha256:")[1][:64]
    for store in stores:
        kept = store / "lfs/objects" / digest[:2] / digest[2:4] / digest
        assert kept.read_bytes() == scene.content
