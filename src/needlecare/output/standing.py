"""The standing texts of a rule file, with the clinic's name, telephone and emergency number filled in."""

from collections.abc import Iterator

from needlecare.model import Schedule


def standing_texts(schedule: Schedule, *, short: bool = False) -> Iterator[tuple[str, str]]:
    """Yield each text that every output contains, after its name; with `short` in its shortest form."""
    for name, standing in schedule.standing:
        yield name, _filled(standing.short if short else standing.text, schedule)


def standing_text(name: str, schedule: Schedule, *, short: bool = False) -> str:
    """Return the standing text of a name ("general"); empty if the rule file leaves it out."""
    standing = getattr(schedule.standing, name)
    if standing is None:
        return ""
    return _filled(standing.short if short else standing.text, schedule)


def clinic_name(schedule: Schedule) -> str:
    """Write "Skin Clinic (+49 30 123456)", or "your clinic" if the rule file names none."""
    clinic = schedule.clinic
    if clinic is None:
        return "your clinic"
    return f"{clinic.name} ({clinic.telephone})" if clinic.telephone else clinic.name


def emergency_number(schedule: Schedule, otherwise: str) -> str:
    """Return the clinic's emergency number; `otherwise` if the rule file has none."""
    return (schedule.clinic.emergency if schedule.clinic else "") or otherwise


def _filled(text: str, schedule: Schedule) -> str:
    named = text.replace("{clinic}", clinic_name(schedule))
    return named.replace("{emergency}", emergency_number(schedule, "your emergency number"))
