"""What the checks in this folder share: a problem with its place and remedy, and the list of our files.

Not for checks of log data or rules; those are part of the program.
"""
import dataclasses
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent


@dataclasses.dataclass(frozen=True)
class Problem:
    path: str  # relative to the root of the project
    line: int  # 1-based; 0 = the file as a whole
    text: str
    remedy: str

    def __str__(self):
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.text}. Remedy: {self.remedy}"


def own_files(root):
    """Paths, relative to root, of all files that are or would be committed."""
    listed = subprocess.run(
        ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True, check=False)
    if listed.returncode == 0:
        names = listed.stdout.decode("utf-8", "surrogateescape").split("\0")
        return sorted(name for name in set(names) if name and (root / name).is_file())
    # Not a git work tree (a source archive): everything but the build folder.
    paths = (path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(str(path) for path in paths if path.parts[0] not in ("build", ".git"))


def report(name, problems):
    """Prints the problems; the exit code of a check."""
    for problem in problems:
        print(problem)
    print(f"{name}: {len(problems)} problem(s)" if problems else f"{name}: in order")
    return 1 if problems else 0
