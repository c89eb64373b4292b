"""Print the lowest version of everything that pyproject.toml asks for, as constraints for pip.

pip install -c <(python .ci/lowest.py) -e '.[test]'
"""

import re
import tomllib
from pathlib import Path

project = tomllib.loads(Path(__file__).parents[1].joinpath("pyproject.toml").read_text())["project"]
wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
for requirement in wanted:
    if lowest := re.match(r"([\w-]+)(?:\[.*\])?>=([\w.]+)", requirement):
        print(f"{lowest[1]}=={lowest[2]}")
