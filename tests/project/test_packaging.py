"""The rule files are found alike from a wheel, an editable install and a checkout."""

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

from needlecare.rules.prepared import prepared_schedule
from needlecare.storage.rule_files import schedule_names, schedules_folder

ROOT = Path(__file__).parents[2]

# A checkout: the sources on the path, and no finder of an editable install.
CHECKOUT = """
import sys
sys.meta_path = [finder for finder in sys.meta_path if "__editable__" not in repr(finder)]
sys.path.insert(0, {source!r})
from needlecare.storage.rule_files import builtin_data, schedule_names, schedules_folder
assert builtin_data("microneedling").startswith(b"# The built-in schedule")
print(schedules_folder(), *schedule_names())
"""


def test_a_checkout_finds_the_rule_files_beside_its_sources() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CHECKOUT.format(source=str(ROOT / "src"))],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(ROOT / "schedules"), "microneedling", "microneedling-body"]


@pytest.mark.long
def test_a_wheel_holds_the_rule_files_the_json_schema_and_the_type_marker(tmp_path: Path) -> None:
    copied = shutil.copytree(  # what an earlier build left would come along
        ROOT,
        tmp_path / "copy",
        ignore=shutil.ignore_patterns(".git", ".venv*", "build", ".*_cache", "*.egg-info"),
    )
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(copied)],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    archive = zipfile.ZipFile(wheel)
    names = set(archive.namelist())
    assert {
        "needlecare/schedules/__init__.py",
        "needlecare/schedules/microneedling.prepared",
        "needlecare/schedules/microneedling.toml",
        "needlecare/schedules/microneedling.cases.csv",
        "needlecare/schedules/microneedling.questions.csv",
        "needlecare/schedules/microneedling-body.prepared",
        "needlecare/schedules/microneedling-body.toml",
        "needlecare/schedules/microneedling-body.cases.csv",
        "needlecare/schedules/microneedling-body.questions.csv",
        "needlecare/schedules/template/clinic.toml",
        "needlecare/schedules/template/clinic.cases.csv",
        "needlecare/rules.schema.json",
        "needlecare/plan.schema.json",
        "needlecare/py.typed",
    } <= names
    assert not [name for name in names if "examples" in name]  # they are read in the repository
    assert any(name.endswith(".data/data/share/man/man1/needlecare.1") for name in names)
    for name in schedule_names():
        prepared = archive.read(f"needlecare/schedules/{name}.prepared")
        assert prepared_schedule(prepared, archive.read(f"needlecare/schedules/{name}.toml")) is not None


def test_no_package_and_no_folder_of_templates_is_forgotten() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    sources = ROOT / "src"
    folders = {path.parent.relative_to(sources) for path in sources.rglob("*.py")}
    assert set(settings["packages"]) == {".".join(folder.parts) for folder in folders} | {
        "needlecare.schedules"
    }
    inside = {path.name for path in schedules_folder().iterdir() if path.is_dir() and path.name[0].islower()}
    packed = {pattern.split("/")[0] for pattern in settings["package-data"]["needlecare.schedules"]}
    assert inside - {"examples"} <= packed  # which are read in the repository


def test_the_lowest_versions_of_everything_are_told_to_ci() -> None:
    """So that none is left out, each is written NAME>=VERSION, but for those of which any will do."""
    told = subprocess.run(
        [sys.executable, ".ci/lowest.py"], capture_output=True, check=True, cwd=ROOT, text=True
    ).stdout.split()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[\[<>=]", one)[0] for one in wanted}
    assert names - {one.split("==")[0] for one in told} <= {"tzdata", "textstat", "setuptools"}
