"""Holds every kind of repository, machine and work that is tried, with what the reference says.

The page docs/reference/repositories.md is written from these tables:

    PYTHONPATH=host/tests:tests/promises python -m repositories.page
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from repositories import contents, layouts, settings, surroundings
from repositories.whole_story import Scene


@dataclass(frozen=True)
class Kind:
    """Is one kind in which the whole story works; `limit` is what is different all the same."""

    told: str
    make: Callable[[Path], Scene]
    limit: str = ""


@dataclass(frozen=True)
class No:
    """Is one kind that is refused, with the code and a part of the message."""

    told: str
    make: Callable[[Path], Scene]
    code: str
    words: str


UNSUPPORTED, FAILED = "ENVIRONMENT_UNSUPPORTED", "WORKSPACE_FAILED"

LAYOUTS = (
    Kind("An ordinary checkout", layouts.plain),
    Kind("SHA-256 objects", layouts.sha256_objects),
    Kind("A bare repository", layouts.bare, "workspaces lie beside it"),
    Kind(
        "A bare repository whose `core.bare` is in `config.worktree`",
        layouts.bare_with_settings_of_worktrees,
        "workspaces lie beside it",
    ),
    Kind(
        "Worktrees around a bare `.git`",
        layouts.worktrees_around_a_bare_dot_git,
        "workspaces lie beside the bare repository",
    ),
    Kind(
        "Worktrees around a bare `.bare` that a `.git` file names",
        layouts.worktrees_around_a_hidden_bare_repository,
        "workspaces lie beside the bare repository",
    ),
    Kind("`core.worktree`", layouts.checkout_elsewhere, "workspaces lie in that checkout"),
    Kind("`extensions.worktreeConfig`", layouts.settings_of_worktrees),
    Kind("Called in a linked worktree", layouts.linked_worktree),
    Kind("A git dir that lies apart (`--separate-git-dir`)", layouts.git_dir_apart),
    Kind("The same, called in one of its workspaces", layouts.workspace_of_a_git_dir_apart),
    Kind("`.git` is a link", layouts.git_dir_behind_a_link),
    Kind("The project is a submodule", layouts.inside_a_submodule),
    Kind("The same, called in a linked worktree of it", layouts.linked_worktree_of_a_submodule),
    Kind("Called in a subfolder", layouts.subfolder),
    Kind("Called inside the git dir", layouts.inside_the_git_dir),
    Kind("The path to the project goes through a link", layouts.behind_a_link),
    Kind("A path with spaces, line breaks, `:`, quotes, no UTF-8", layouts.strange_path),
    Kind("Your home folder itself", layouts.home_itself),
    Kind("No `repositoryformatversion`", layouts.oldest_format),
    Kind("Borrowed objects (`clone --shared`)", layouts.borrowed_objects),
    Kind("Everything packed, refs too", layouts.packed),
    Kind("Grafts", layouts.grafted),
    Kind("A shallow clone", layouts.shallow),
    Kind("A partial clone", layouts.partial, "what it lacks is fetched when it is needed"),
    Kind(
        "A partial clone whose remote is gone",
        layouts.partial_without_its_remote,
        "as long as nothing is needed that it lacks",
    ),
    Kind("A sparse checkout (cone)", layouts.sparse_cone, "workspaces have all files"),
    Kind("A sparse index", layouts.sparse_index, "workspaces have all files"),
    Kind("A sparse checkout (patterns)", layouts.sparse_patterns, "workspaces have all files"),
    Kind("A default branch with slashes and other alphabets", layouts.unusual_branch),
    Kind("`origin/HEAD` names the default branch", layouts.default_of_origin),
    Kind("A detached checkout", layouts.detached, "it stays where it is"),
    Kind("`umask 077`", layouts.private_umask),
    Kind("64 open files at most", layouts.few_descriptors),
    Kind("`safe.bareRepository=explicit`", layouts.explicit_bare_repositories),
    Kind(
        "A repository of another user that `safe.directory` names",
        surroundings.of_somebody_trusted,
    ),
)

SETTINGS = (
    Kind("Every setting about the machine and the storage turned round", settings.machine),
    Kind("A person's settings for showing, merging, pushing; includes, aliases", settings.taste),
    Kind("`GIT_*` in the environment of the caller", settings.environment, "they do not count"),
    Kind("`core.autocrlf=true`", settings.line_ends),
    Kind("`core.autocrlf=input`", settings.line_ends_on_input),
    Kind("`eol`, `ident`, `export-subst`, `working-tree-encoding`", settings.attributes),
)

# These have tests of their own, which look at more than the story.
SHOWN = (
    Kind("`commit.gpgsign`, ssh or gpg, with a key that asks nothing", settings.signed),
    Kind(
        "`commit.gpgsign` with a key that asks for a passphrase",
        settings.signed_with_a_question,
        "nobody is asked; the commits are not signed, and a warning says so",
    ),
    Kind("Large-file storage, `git lfs install`", settings.large_files),
    Kind("The same with `--local`", settings.large_files_of_the_repository),
)

CONTENTS = (
    Kind("Names with line breaks, tabs, quotes, globs, no UTF-8", contents.strange_names),
    Kind("A path of nearly 4,000 bytes", contents.long_path),
    Kind("200 folders one in another", contents.deep_tree),
    Kind("Hundreds of new files in one folder", contents.many_files),
    Kind("Pipes and sockets", contents.no_files, "they are left out, as git does"),
    Kind(
        "Filters that the repository's own configuration defines",
        contents.own_filter,
        "they are not run: workspaces have such files as they are stored",
    ),
    Kind("Submodules, not initialised", contents.submodules),
    Kind(
        "Submodules, initialised in the workspace",
        contents.initialised_submodules,
        "uncommitted changes inside them are not seen",
    ),
    Kind("A submodule moved to a commit that its remote has", contents.moved_submodule),
)

NOT_SUBMITTED = (
    No(
        "A file over the limit",
        contents.huge_file,
        "TRANSITION_REJECTED",
        "files over the project's limit",
    ),
    No(
        "A file that nobody may read",
        contents.closed_file,
        FAILED,
        'open("secrets/x"): Permission denied',
    ),
    No(
        "A folder that nobody may look into",
        contents.closed_folder,
        FAILED,
        "could not open directory 'secrets/': Permission denied",
    ),
    No(
        "A path too long for the system",
        contents.too_long_path,
        FAILED,
        "could not open directory 'ddd",
    ),
    No("A file over the limit of the system", contents.over_the_limit, FAILED, "File too large"),
    No(
        "A file that is not in the encoding that its attributes say",
        contents.encoding_that_is_not_so,
        FAILED,
        "BOM is required in 'new.u16'",
    ),
    No(
        "Work for a filter that the repository's own configuration defines",
        contents.work_for_an_own_filter,
        FAILED,
        "new.rot goes through the filter 'rot'",
    ),
    No(
        "A submodule moved to a commit that its remote lacks",
        contents.unpublished_submodule,
        "TRANSITION_REJECTED",
        "commits that their remotes do not have",
    ),
    No(
        "A file put where a submodule is not initialised",
        contents.file_in_a_submodule_that_is_not_there,
        "TRANSITION_REJECTED",
        "folders of submodules that are not initialised",
    ),
)

REFUSED = (
    No("No commit yet", surroundings.no_commit, UNSUPPORTED, "has no commit yet"),
    No(
        "Refs or objects stored in a way that git added later (reftable)",
        surroundings.unknown_format,
        UNSUPPORTED,
        "extensions.refstorage=reftable",
    ),
    No(
        "A later format of repositories",
        surroundings.later_format,
        UNSUPPORTED,
        "stored in a way that spec-kitty does not know",
    ),
    No(
        "A linked worktree of a git dir that lies apart",
        surroundings.linked_worktree_of_a_git_dir_apart,
        UNSUPPORTED,
        "Run the command in the main checkout",
    ),
    No(
        "`core.worktree` names a folder that is gone",
        surroundings.checkout_that_is_gone,
        UNSUPPORTED,
        "correct core.worktree",
    ),
    No(
        "A `.git` file that points to nowhere",
        surroundings.pointer_to_nowhere,
        "NOT_A_PROJECT",
        "there is no git repository any more",
    ),
    No(
        "A git configuration that git cannot read",
        surroundings.broken_settings,
        UNSUPPORTED,
        "Git cannot work here because of its configuration",
    ),
    No(
        "A partial clone that needs objects of a remote that is gone",
        surroundings.objects_out_of_reach,
        UNSUPPORTED,
        "its remote did not give an object that is needed",
    ),
    No("No git", surroundings.no_git, UNSUPPORTED, "There is no 'git' on the PATH"),
    No("A git before 2.38", surroundings.old_git, UNSUPPORTED, "This needs git 2.38 or later"),
    No("A git that does not run", surroundings.git_that_does_not_run, UNSUPPORTED, "ended with 3"),
    No(
        "A repository of another user",
        surroundings.somebody_elses,
        UNSUPPORTED,
        "git config --global --add safe.directory",
    ),
    No(
        "A git dir that may not be written",
        surroundings.read_only,
        UNSUPPORTED,
        "refused a step: Permission denied",
    ),
    No(
        "A git dir that may not be read",
        surroundings.closed_git_dir,
        UNSUPPORTED,
        "You may not look into",
    ),
    No(
        "Settings that may not be read",
        surroundings.closed_settings,
        UNSUPPORTED,
        "refused a step: Permission denied",
    ),
    No(
        "10 open files at most",
        surroundings.too_few_descriptors,
        UNSUPPORTED,
        "Too many open files",
    ),
)

GIVEN_BACK = (
    No(
        "A file called `.worktrees`",
        surroundings.file_where_workspaces_go,
        FAILED,
        "is in the way of the workspace",
    ),
    No(
        "`.worktrees` is a link",
        surroundings.workspaces_behind_a_link,
        FAILED,
        "is in the way of the workspace",
    ),
    No(
        "Large-file storage whose program is not installed",
        settings.large_files_without_the_program,
        FAILED,
        "git-lfs",
    ),
    No(
        "Large files whose content is not here, and the remote does not give it",
        settings.large_files_without_content,
        FAILED,
        "smudge filter lfs failed",
    ),
)
