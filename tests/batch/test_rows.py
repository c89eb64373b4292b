"""The first look at all rows of an export: what holds for whole columns, and what is said of them."""

from io import BytesIO

import pytest

from needlecare.batch.rows import NOT_AN_APPOINTMENT, Row, Survey, rows_of, survey
from needlecare.batch.tables import read_table
from needlecare.model import Column, ExportFormat, Services
from needlecare.time.zones import zone_named

WORDS = Services(names=("needling",), prp=("PRP",))
END = {"ref": "id", "treated": "end"}
WITH_SERVICE = {**END, "service": "service"}


def surveyed(text: str, mapped: dict[str, str], **wanted: tuple[str, ...]) -> tuple[Survey, list[str | None]]:
    """Return what a look at an export finds, and for each of its rows why it is left out."""
    table = read_table(BytesIO(text.encode()), None, frozenset({*Column, *mapped.values()}))
    found = survey(table, ExportFormat(map=mapped, **wanted), WORDS, zone=zone_named("UTC"))  # type: ignore[arg-type]  # a field each
    rows = [row for row in rows_of(table, found.places) if isinstance(row, Row)]
    return found, [row.left_out for row in rows]


SERVICE_COLUMNS: dict[tuple[str, ...], tuple[bool, bool]] = {
    # the services of four rows: whether one is expected in each row, and whether the column names any
    ("", "", "", ""): (False, False),
    ("Needling", "", "", ""): (False, True),
    ("Needling", "Needling", "", ""): (False, True),  # half of them are not most
    ("Needling", "Peel", "Needling", ""): (True, True),
    ("MN-2", "97810", "MN-2", "MN-2"): (True, False),  # codes
}


@pytest.mark.parametrize("services", SERVICE_COLUMNS)
def test_most_rows_decide_whether_a_service_is_expected(services: tuple[str, ...]) -> None:
    rows = "".join(f"{number},2026-11-21,{service}\n" for number, service in enumerate(services))
    found, _ = surveyed(f"id,end,service\n{rows}", WITH_SERVICE)
    assert (found.expects_service, found.usable_service) == SERVICE_COLUMNS[services]


ROUNDED = {
    # references: whether a spreadsheet has rounded them, which keeps fifteen digits
    ("608194747365853000", "608194747365854000"): True,
    ("608194747365853000", "608194747365854000", "608194747365853"): True,  # that one has fifteen
    ("608194747365853000", "608194747365854000", "6081947473658531"): False,
    ("608194747365853000", "608194747365854001"): False,
    ("608194747365853000",): False,  # one may end so by chance
    ("4711", "4712"): False,
}


@pytest.mark.parametrize("refs", ROUNDED)
def test_references_that_all_end_in_zeros_were_rounded(refs: tuple[str, ...]) -> None:
    rows = "".join(f"{ref},2026-11-21\n" for ref in refs)
    assert surveyed(f"id,end\n{rows}", END)[0].rounded_refs == ROUNDED[refs]


def test_references_that_several_rows_share_are_counted() -> None:
    found, _ = surveyed("id,end\na,2026-11-21\nb,2026-11-21\na,2026-11-21\nc,2026-11-21\na,2026-11-21\n", END)
    assert (found.rows, found.repeated_refs) == (5, {"a": 3})
    assert [found.has(stem) for stem in ("a", "b", "c", "d")] == [True, True, True, False]


def test_every_row_counts_but_blank_ones() -> None:
    """The second of these says nothing, the third is damaged."""
    found, _ = surveyed('{"id": "a", "end": "2026-11-21"}\n{"id": "", "end": null}\n{"id": \n', END)
    assert found.rows == 2


LEFT_OUT = {
    # the row below id,end,status,name and what --only says: why it is left out
    ("1,2026-11-21,done,x", ()): None,
    ("1,2026-11-21,Cancelled,x", ()): "status says that nobody was treated",
    ("1,2026-11-21,Cancelled,x", ("status=cancelled",)): None,  # who asks for them gets them
    ("1,2026-11-21,done,x", ("status=cancelled",)): "status is not cancelled",
    ("1,2026-11-21,Cancelled,x", ("name=x",)): "status says that nobody was treated",
    ("Total,,,1", ()): NOT_AN_APPOINTMENT,
    (",,Grand total: 1,", ()): NOT_AN_APPOINTMENT,
    ("Provider: N. Marsh,,,", ()): NOT_AN_APPOINTMENT,
    ("id,end,status,name", ()): NOT_AN_APPOINTMENT,  # the header again, on the next page
    ("a1,,,", ()): None,  # a reference without its time is an error to be seen
    ("Provider: N. Marsh,,,x", ()): None,
}


@pytest.mark.parametrize(("row", "only"), LEFT_OUT)
def test_a_row_is_left_out_for_its_status_or_as_a_note(row: str, only: tuple[str, ...]) -> None:
    mapped = {**END, "status": "status"}
    _, reasons = surveyed(f"id,end,status,name\n{row}\n", mapped, only=only)
    assert reasons == [LEFT_OUT[row, only]]


def test_a_note_needs_columns_beside_it() -> None:
    """Where an export has two columns, a cell with a space may be a reference without its time."""
    assert surveyed("id,end\nAna Sol,\n", END)[1] == [None]
    assert surveyed("id,end,name\nAna Sol,,\n", END)[1] == [NOT_AN_APPOINTMENT]


BOOKED = '"end" lies before "visit" in every row: is it the day of booking?'
PRP_ELSEWHERE = '"notes" names PRP in row 2, where nothing else does; it is not used. Look at these rows'
CAME = '"attended" says no in 1 row, and they are planned; if those patients did not come, leave them out with --skip '
GONE = '"state" says in {}that nobody was treated, and they are planned; leave them out with --skip "state=Cancelled,No Show"'
SAID = {
    # why: the export, what is mapped, and the beginning of each message
    "every date before another": (
        "id,end,visit\n1,2026-11-21,2026-11-30\n2,2026-11-22,1 Dec 2026\n",
        END,
        [BOOKED],
    ),
    "a day of one digit": ("id,end,visit\n1,11/21/2026,12/1/2026\n2,11/22/2026,1/13/2027\n", END, [BOOKED]),
    "one on the same day": ("id,end,visit\n1,2026-11-21,2026-11-30\n2,2026-11-22,2026-11-22\n", END, []),
    "half of the other dates are there": (
        "id,end,visit\n1,2026-11-21,2026-11-30\n2,2026-11-22,\n",
        END,
        [BOOKED],
    ),
    "a third of them": (
        "id,end,visit\n1,2026-11-21,2026-11-30\n2,2026-11-22,\n3,2026-11-22,\n",
        END,
        [],
    ),
    "the next visit is no booking": ("id,end,next visit\n1,2026-11-21,2026-11-30\n", END, []),
    "yes and no about something else": ("id,end,newsletter\n1,2026-11-21,yes\n2,2026-11-21,no\n", END, []),
    "numbers that are no dates": ("id,end,visit\n1,2026-11-21,room 12\n", END, []),
    "PRP in a column that is not used": (
        "id,end,service,notes\n1,2026-11-21,needling,\n2,2026-11-21,needling,wants prp\n3,2026-11-21,Peel,PRP\n",
        WITH_SERVICE,
        [PRP_ELSEWHERE],
    ),
    "PRP in the service too": (
        "id,end,service,notes\n2,2026-11-21,needling + PRP,PRP\n",
        WITH_SERVICE,
        [],
    ),
    "PRP in its own column": (
        "id,end,service,prp,notes\n2,2026-11-21,needling,yes,PRP\n",
        WITH_SERVICE,
        [],
    ),
    "the column that names PRP most often": (
        "id,end,service,room,notes\n1,2026-11-21,needling,PRP,\n2,2026-11-21,needling,,PRP\n3,2026-11-21,needling,,PRP\n",
        WITH_SERVICE,
        ['"notes" names PRP in rows 2, 3, where nothing else does'],
    ),
    "who came": (
        "id,end,attended\n1,2026-11-21,yes\n2,2026-11-21,No\n3,2026-11-21,yes\n",
        END,
        [f'{CAME}"attended=no".'],
    ),
    "all came, or the system doesn't say": (
        "id,end,attended\n1,2026-11-21,yes\n2,2026-11-21,true\n",
        END,
        [],
    ),
    "nobody came": ("id,end,attended\n1,2026-11-21,no\n2,2026-11-21,false\n", END, []),
    "a status that is not used": (
        "id,end,state\n1,2026-11-21,done\n2,2026-11-21,no-show\n",
        END,
        [GONE.format("1 row ")],
    ),
    "in two rows": (
        "id,end,state\n1,2026-11-21,cancelled\n2,2026-11-21,no-show\n",
        END,
        [GONE.format("2 rows ")],
    ),
    "nobody is gone": ("id,end,state\n1,2026-11-21,done\n", END, []),
    "a service that is not used": (
        "id,end,what\n1,2026-11-21,Peel\n2,2026-11-21,needling\n",
        END,
        ['"what" names services and is not used: every service is planned'],
    ),
    "no service is this treatment": (
        "id,end,service\n1,2026-11-21,Peel\n",
        WITH_SERVICE,
        ["No row names this treatment, which is known by the words needling; "],
    ),
    "codes": (
        "id,end,service\n1,2026-11-21,MN2\n",
        WITH_SERVICE,
        ['"service" names no service, only codes, so no row is left out for it.'],
    ),
    "no rows": ("id,end\n", END, ["The export has a header and no rows below it."]),
}


@pytest.mark.parametrize(("text", "mapped", "said"), SAID.values(), ids=SAID)
def test_what_whole_columns_show_is_said(text: str, mapped: dict[str, str], said: list[str]) -> None:
    messages = surveyed(text, mapped)[0].messages
    assert [message[: len(begin)] for message, begin in zip(messages, said, strict=True)] == said
