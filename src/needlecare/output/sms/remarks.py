"""What a clinic should know about the texts of its messages before it sends them."""

from collections.abc import Iterator

from needlecare.errors import Problem, quoted
from needlecare.model import Schedule
from needlecare.output.sms.gsm import Encoding, encoding, to_gsm
from needlecare.output.sms.text import fits_beside_standing_texts


def text_remarks(schedule: Schedule) -> Iterator[Problem]:
    """Yield a remark on each text that needs UCS-2, and one if the opening and the closing leave too little room.

    In UCS-2 a segment has 70 characters instead of 160.
    """
    texts = {
        "sms.opening": schedule.sms.opening,
        "sms.closing": schedule.sms.closing,
        "clinic.telephone": schedule.clinic.telephone if schedule.clinic else "",
        "clinic.emergency": schedule.clinic.emergency if schedule.clinic else "",
    }
    for name in schedule.own_rules:
        if (rule := schedule.rules.get(name)) is not None:
            texts |= {
                f"{name}.short": rule.short,
                f"{name}.then": rule.then or "",
                f"{name}.title": rule.title,
            }
    for where, text in sorted(texts.items()):
        sent = text if where.startswith("sms.") else to_gsm(text)
        if encoding(sent) is Encoding.UCS_2:
            others = "".join(dict.fromkeys(c for c in sent if encoding(c) is Encoding.UCS_2))
            what = (
                f"{quoted(others)} turns text messages into UCS-2: up to five segments instead of two; "
                "use other characters, or accept the cost"
            )
            yield Problem(where=where, what=what)
    if not fits_beside_standing_texts(schedule):
        yield Problem(where="sms", what="opening and closing leave no room in two segments; shorten them")
