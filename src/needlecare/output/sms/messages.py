"""Text messages as NDJSON: what a clinic's gateway should send, and when. Nothing is sent here.

`moments.py` decides when messages are sent, `text.py` what they say. By default there are few: one before the
treatment, then `start`, `evening`, `most-waits` and the first photo. `messages = "all"` in [sms] announces every
change.

The message after the treatment and the first one still to come contain the emergency line, and say that this is
general information: so a patient gets both even if the export is made the next morning. While sources differ, a
message says "not yet". Past messages are listed too, with the status "past", and the gateway drops them. `notes` are
for the clinic and never part of the text: a schedule that is past its review on the day of sending, an unknown time
of day, sources left out by --follow.
"""

import json
from datetime import datetime

from msgspec import Struct

from needlecare.model import Detail, NoteCode, Plan, QuietHours
from needlecare.output.sms.gsm import encoding, segments
from needlecare.output.sms.moments import (
    Days,
    Occasion,
    Preparation,
    all_occasions,
    few_occasions,
    preparations,
)
from needlecare.output.sms.text import Texts
from needlecare.output.wording import DATE_NOTES
from needlecare.plan.combine import notes_at
from needlecare.time.zones import local

ALL = "all"  # the value of `messages` in [sms]; any other means few
# Notes for the clinic that sends the messages.
_FOR_SENDER = DATE_NOTES | {NoteCode.OVERRIDE_SHORTER}


class Message(Struct, frozen=True, kw_only=True):
    """A text and the moment (UTC) at which it is sent. Its role is the same in every export of the plan."""

    role: str
    at: datetime
    text: str


def sms(plan: Plan, as_of: datetime, *, ref: str | None, detail: Detail, quiet: QuietHours) -> str:
    """Write the text messages of a plan, one JSON object on each line, in the order of sending.

    `as_of` (UTC) decides which are past, and which is the first still to come. `ref` is the clinic's opaque reference.
    Discreet texts name no clinic and no procedure.
    """
    zone = plan.treatment.zone
    lines = [
        json.dumps(
            {
                "ref": ref,
                "role": message.role,
                "send_at": local(message.at, zone).isoformat(),
                "status": "past" if message.at < as_of else "upcoming",
                "text": message.text,
                "encoding": encoding(message.text).value,
                "segments": segments(message.text),
                "notes": [
                    {"code": note.code, "text": note.text}
                    for note in notes_at(plan, message.at)
                    if note.code in _FOR_SENDER
                ],
            },
            ensure_ascii=False,
        )
        for message in messages(plan, as_of, detail=detail, quiet=quiet)
    ]
    return "".join(f"{line}\n" for line in lines)


def messages(plan: Plan, as_of: datetime, *, detail: Detail, quiet: QuietHours) -> list[Message]:
    """Return the text messages of a plan in the order of sending; `as_of` (UTC) decides which are still to come."""
    days = Days(zone=plan.treatment.zone, quiet=quiet)
    is_every_change = plan.schedule.sms.messages == ALL
    occasions = all_occasions(plan, days) if is_every_change else few_occasions(plan, days)
    before = preparations(plan, days)
    if before and not is_every_change:  # one is enough: the next to come, with everything that counts by then
        before = [next((preparation for preparation in before if preparation.at >= as_of), before[-1])]
    entries: list[Preparation | Occasion] = [*before, *occasions]
    first_to_come = next((entry for entry in entries if entry.at >= as_of), None)
    texts = Texts(plan, detail)
    written = []
    for entry, following in zip(entries, [*(later.at for later in entries[1:]), None], strict=True):
        first = entry is occasions[0]
        standing = first or entry is first_to_come
        if isinstance(entry, Occasion):
            text = texts.after(entry, following, first=first, standing=standing)
        else:
            text = texts.before(entry, standing=standing)
        written.append(Message(role=entry.role, at=entry.at, text=text))
    return written
