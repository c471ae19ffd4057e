"""What a source distribution holds besides the packages: demos, tests, and what these read.

setuptools knows two ways to say so, a MANIFEST.in at the top and this one, which `pyproject.toml` names.
"""

from setuptools.command.sdist import sdist

FOLDERS = (".ci", ".github", "demos", "tests")
FILES = (".biome.json", ".gitignore", ".pre-commit-config.yaml")


class Whole(sdist):
    """Makes a source distribution from which everything can be built, run and tested."""

    def make_distribution(self) -> None:
        for folder in FOLDERS:
            self.filelist.graft(folder)
        self.filelist.extend(FILES)
        self.filelist.global_exclude("*.py[co]")
        super().make_distribution()
