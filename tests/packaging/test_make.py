"""The Makefile explains itself and says what is wrong with a machine."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

from project import ROOT, run, text


def test_bare_make_teaches_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", text("Makefile"), re.MULTILINE)
    done = run(["make"])
    assert done.returncode == 0
    assert all(re.search(rf"^  make {each} +\S", done.stdout, re.MULTILINE) for each in targets)
    assert set(targets) == {
        *(
            "demo",
            "test",
            "setup",
            "check",
            "bench",
            "product",
            "soak",
            "eval",
            "lock",
            "bundle",
            "image",
            "clean",
            "help",
        )
    }


def test_a_machine_without_a_new_enough_python_is_told_so() -> None:
    done = run(["sh", "scripts/bootstrap.sh", ""])
    assert done.returncode == 1
    assert "make PYTHON=/path/to/python" in done.stderr


def test_a_python_that_cannot_make_environments_is_told_what_to_install(tmp_path: Path) -> None:
    """As on Debian without python3-venv, for a user who may not install packages."""
    for name, body in {
        "python": f'case "$2" in *ensurepip*) exit 1;; esac; exec "{sys.executable}" "$@"',
        "id": "echo 1000",
    }.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        (tmp_path / name).chmod(0o755)
    bootstrap = ROOT / "scripts" / "bootstrap.sh"
    script = f'cd "{tmp_path}" && PATH="{tmp_path}:$PATH" sh "{bootstrap}" "{tmp_path}/python"'
    done = run(["sh", "-c", script])
    assert done.returncode == 1
    wanted = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert f"sudo apt-get install {wanted}" in done.stderr


def test_the_continuous_run_is_the_test_target() -> None:
    path = ROOT / ".ci" / "run"
    assert path.stat().st_mode & stat.S_IXUSR
    assert os.access(path, os.X_OK)
    assert text(".ci/run").splitlines()[-1] == "exec make test </dev/null"
