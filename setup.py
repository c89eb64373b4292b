"""Prepare the rule files that ship while needlecare is built or installed; pyproject.toml has everything else."""

import sys
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT = Path(__file__).parent
RULE_FILES = ROOT / "schedules"


class BuildWithPreparedRules(build_py):
    """Builds the package, and puts the prepared form beside each rule file."""

    def run(self) -> None:
        """Build as setuptools does, then read each rule file and write what was read."""
        super().run()
        sys.path.insert(0, str(ROOT / "src"))
        from needlecare.rules.prepared import SUFFIX, prepare

        built = Path(self.build_lib) / "needlecare" / "schedules"
        for path in RULE_FILES.glob("*.toml"):
            target = (RULE_FILES if self.editable_mode else built) / f"{path.stem}{SUFFIX}"
            target.write_bytes(prepare(path.read_bytes(), path.name))


setup(cmdclass={"build_py": BuildWithPreparedRules})
