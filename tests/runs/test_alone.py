"""Shows that the provider's distribution stands alone: it passes its tests without the host."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

PROVIDER = Path(__file__).parents[2] / "provider"

_HOST = "import importlib.util; print(importlib.util.find_spec('spec_kitty'))"


def build(folder: Path, kind: str) -> Path:
    """Builds a distribution of the provider. The build tools are this environment's."""
    program = f"import hatchling.build as b; print(b.build_{kind}({str(folder)!r}))"
    built = subprocess.run(
        [sys.executable, "-c", program], cwd=PROVIDER, capture_output=True, text=True, check=True
    )
    return folder / built.stdout.strip().splitlines()[-1]


def test_the_provider_alone_passes_its_own_tests(tmp_path: Path) -> None:
    """Its dependencies are there; the host is not, neither as a package nor as a command."""
    venv.create(tmp_path / "alone", with_pip=False, symlinks=True)
    python = tmp_path / "alone" / "bin" / "python"
    packages = next((tmp_path / "alone" / "lib").glob("python*/site-packages"))
    with zipfile.ZipFile(build(tmp_path, "wheel")) as wheel:
        wheel.extractall(packages)
    # Only what lies in this folder is added: editable installations of this repository are not.
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    (tmp_path / "source").mkdir()
    subprocess.run(["tar", "-xf", build(tmp_path, "sdist")], cwd=tmp_path / "source", check=True)
    sources = next((tmp_path / "source").iterdir())
    (sources / "src").rename(tmp_path / "not-used")
    env = {"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8"}

    host = subprocess.check_output([python, "-c", _HOST], env=env, text=True)
    ended = subprocess.run(
        [python, "-m", "pytest", "-p", "no:cacheprovider", "-n", "0"],
        cwd=sources,
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )

    assert host == "None\n"
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr[-1000:]
    assert "[100%]" in ended.stdout
