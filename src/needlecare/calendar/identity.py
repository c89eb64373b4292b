"""The reference of a calendar, from which its UIDs are made, so that a later export updates the same events."""

from uuid import UUID, uuid5

from needlecare.errors import UsageError, quoted
from needlecare.model import Plan

MAX_REFERENCE_LENGTH = 400  # characters
_NAMESPACE = UUID("6a1c1f4e-5f0b-5c0e-9b1d-8d1f3b1a7e55")  # of needlecare's references


def checked_reference(ref: str) -> str:
    """Check an opaque reference that a clinic chose. Raises UsageError if it cannot be used."""
    if not ref or len(ref) > MAX_REFERENCE_LENGTH:
        raise UsageError(f"--ref must have 1 to {MAX_REFERENCE_LENGTH} characters; it has {len(ref)}")
    if ref != ref.strip():
        raise UsageError(f"--ref {quoted(ref)} begins or ends with a space; remove it")
    if not ref.isprintable():
        raise UsageError(f"--ref {quoted(ref)} contains a control character; write printable characters only")
    return ref


def reference_of(plan: Plan, ref: str | None) -> UUID:
    """Make the reference of a calendar from a clinic's reference, else from the treatment and the schedule.

    Names, options and versions are never part of it. Raises UsageError as checked_reference does.
    """
    if ref is not None:
        return uuid5(_NAMESPACE, f"ref:{checked_reference(ref)}")
    return uuid5(_NAMESPACE, f"treatment:{plan.treatment.treated.isoformat()}:{plan.schedule.id}")
