"""The wheel is built, installed into an environment of its own, and started."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from project import PYPROJECT, ROOT, VERSION, run


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)])
    assert done.returncode == 0, done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_it_holds_every_file_of_the_source_and_nothing_else(wheel: Path) -> None:
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".egg-info" not in str(path)
    }
    with zipfile.ZipFile(wheel) as archive:
        found = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert found == expected
    assert "cloudwan_mcp/py.typed" in found
    assert any(name.startswith("cloudwan_mcp/sources/models/") and name.endswith(".json") for name in found)


def test_it_carries_the_licences_and_the_name_in_the_registry(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        info = f"cloudwan_mcp-{VERSION}.dist-info"
        names = archive.namelist()
        metadata = archive.read(f"{info}/METADATA").decode()
        entries = archive.read(f"{info}/entry_points.txt").decode()
    assert {f"{info}/licenses/LICENSE", f"{info}/licenses/NOTICE"} <= set(names)
    assert "<!-- mcp-name: io.github.cloudwan-mcp/cloudwan-mcp -->" in metadata
    assert "cloudwan-mcp = cloudwan_mcp.cli:main" in entries
    for requirement in PYPROJECT["project"]["dependencies"]:
        assert requirement.partition(">")[0] in metadata


def test_it_starts_where_it_is_installed(wheel: Path, tmp_path: Path) -> None:
    """The environment borrows this one's dependencies by a .pth, but not its copy of the product."""
    installed = tmp_path / "installed"
    _call(sys.executable, "-m", "venv", str(installed))
    python, command = installed / "bin" / "python", installed / "bin" / "cloudwan-mcp"
    _call(str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel))
    packages = _call(str(python), "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip()
    Path(packages, "borrowed.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")

    where = _call(str(python), "-c", "import cloudwan_mcp; print(cloudwan_mcp.__file__)").strip()
    assert where.startswith(packages)
    assert VERSION in _call(str(command), "--version")
    assert "serve" in _call(str(command), "--help")
    assert _call(str(python), "-m", "cloudwan_mcp", "--version") == _call(str(command), "--version")


def _call(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout
