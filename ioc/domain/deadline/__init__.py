"""When something must be done: terms along a calendar, pauses, and the account of every day."""

from ioc.domain.deadline.due import Pause, due_at
from ioc.domain.deadline.explain import CountedDay, Deadline, explain
from ioc.domain.deadline.term import Term, TermUnit

__all__ = ["CountedDay", "Deadline", "Pause", "Term", "TermUnit", "due_at", "explain"]
