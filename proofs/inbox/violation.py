"""What a check finds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """One broken promise; `id` names the notification whose timeline shows it, where there is one."""
    text: str
    id: str | None = None

    def __str__(self):
        return self.text
