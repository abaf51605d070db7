"""One test as ./dev test counts it, from whatever runner. Not for checks of files (problem.py)."""
import dataclasses


@dataclasses.dataclass
class Case:
    name: str
    outcome: str  # passed, failed, skipped
    seconds: float = 0.0
    text: str = ""
