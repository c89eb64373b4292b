"""Headings -> our columns: mapped, found by name, or pointed out; conditions on rows; formats put together."""

from collections.abc import Mapping
from io import BytesIO

import pytest

from needlecare.batch.headings import (
    combined,
    find_places,
    is_not_treated,
    parse_condition,
    parse_mapping,
)
from needlecare.batch.rows import Row, rows_of, survey
from needlecare.batch.tables import heading_key, read_table
from needlecare.errors import UsageError
from needlecare.model import Column, ExportFormat, Services
from needlecare.time.zones import zone_named

SERVICES = Services(names=("needling",), skin_type=("Hauttyp",))


def only_row(data: bytes, mapping: Mapping[Column, str] | None = None) -> Row:
    """Return the one row of a file."""
    wanted = frozenset(map(heading_key, (*Column, *(mapping or {}).values())))
    table = read_table(BytesIO(data), None, wanted)
    format_ = ExportFormat(map={str(column): heading for column, heading in (mapping or {}).items()})
    (row,) = rows_of(table, survey(table, format_, SERVICES, zone=zone_named("UTC")).places)
    assert isinstance(row, Row)
    return row


def test_foreign_headings_are_mapped_whatever_their_case() -> None:
    mapping = parse_mapping(["treated=Appt. date", "skin_type = Fitzpatrick ", "ref=Nr"])
    csv = b"FITZPATRICK,appt. DATE,nr,ref\nIV,2026-11-21,a1,other\n"
    json = b'{"NR":"a1","appt. date":"2026-11-21","ref":"other","fitzpatrick ":"IV"}'
    for data in (csv, json):
        row = only_row(data, mapping)
        assert (row.ref, row.cells[Column.TREATED], row.cells[Column.SKIN_TYPE]) == ("a1", "2026-11-21", "IV")


def test_names_of_ndjson_are_read_whatever_their_case_as_headings_are() -> None:
    """A plan without PRP, scars and skin type would be a less strict one."""
    row = only_row(b'{"ref":"a1","treated":"2026-11-21","PRP":true,"Skin_Type":"V"," Scars ":"yes"}')
    cells = {Column.PRP: "True", Column.SKIN_TYPE: "V", Column.SCARS: "yes"}
    assert cells.items() <= row.cells.items()


def test_a_name_that_map_gives_must_be_in_some_row_of_ndjson() -> None:
    some = b'{"ref":"a1","treated":"2026-11-21"}\n{"ref":"a2","treated":"2026-11-21","plasma":null}\n'
    table = read_table(BytesIO(some), None, frozenset(Column))
    survey(table, ExportFormat(map={"prp": "Plasma"}), SERVICES, zone=zone_named("UTC"))
    with pytest.raises(UsageError, match='the header has no "Plasm", which --map gives for prp'):
        survey(table, ExportFormat(map={"prp": "Plasm"}), SERVICES, zone=zone_named("UTC"))


def test_a_heading_may_hold_an_equals_sign() -> None:
    assert parse_mapping(["ref=a=b"]) == {Column.REF: "a=b"}


@pytest.mark.parametrize(
    ("texts", "named"),
    [
        (["treated"], "is not a mapping; write --map treated=HEADING"),
        (["treated="], "is not a mapping"),
        (["=Appt"], 'unknown column ""'),
        (["treatd=Appt"], 'unknown column "treatd"; did you mean "treated"?'),
        (["skin-type=F"], 'did you mean "skin_type"?'),
        (["ref=A", "ref=B"], "ref is mapped twice"),
    ],
)
def test_a_mapping_that_maps_nothing_is_refused(texts: list[str], named: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_mapping(texts)
    assert named in str(refused.value)


def messages(headings: str, **wanted: object) -> list[str]:
    """Return what is said about the headings of a file."""
    return list(find_places(headings.split(","), ExportFormat(**wanted), SERVICES).messages)  # type: ignore[arg-type]  # a field each


@pytest.mark.parametrize("column", Column)
def test_a_mapped_heading_that_the_file_lacks_is_refused(column: Column) -> None:
    with pytest.raises(UsageError, match=f'the header has no "Appt", which --map gives for {column}'):
        messages("ref,treated,tz,prp,skin_type,scars", map={column: "Appt"})


NEAR = {
    # headings, and what is said of them
    "ref,treated,PRP?": ['"PRP?" is read as prp.'],
    "ref,treated,Skin Type": ['"Skin Type" is read as skin_type.'],
    "ref,treated,Fitzpatrick": ['"Fitzpatrick" is read as skin_type.'],
    "ref,treated,Timezone": ['"Timezone" is read as tz.'],
    "ref,treated,PRP included": [
        '"PRP included" looks like prp and is not used; give --map prp="PRP included" if it is'
    ],
    "ref,treated,Hauttyp": [
        '"Hauttyp" looks like skin_type and is not used; give --map skin_type="Hauttyp" if it is'
    ],
    "ref,treated,Acne scars": [
        '"Acne scars" looks like scars and is not used; give --map scars="Acne scars" if it is'
    ],
    "ref,treated,PRP,Name": [],
    "REF,Treated,Skin_Type": [],
}


@pytest.mark.parametrize("headings", NEAR)
def test_a_heading_near_to_ours_is_used_or_pointed_out(headings: str) -> None:
    assert messages(headings) == NEAR[headings]


@pytest.mark.parametrize(
    ("headings", "mapped"),
    [
        ("Starts,Ends,ref", {"treated": "Starts", "end": "Ends"}),
        ("Starts,Minutes,ref", {"treated": "Starts", "duration": "Minutes"}),
        ("treated,Ends,ref", {}),
    ],
)
def test_a_start_beside_an_end_is_not_questioned(headings: str, mapped: dict[str, str]) -> None:
    assert messages(headings, map=mapped) == []


START = {
    # headings and what is mapped to treated: what is pointed out
    ("Starts,Ends,ref", "Starts"): '--map end="Ends"',
    ("start_at,end_at,ref", "start_at"): '--map end="end_at"',
    ("Date Time,Duration (mins.),ref", "Date Time"): '--map duration="Duration (mins.)"',
    ("Start Time,ref", "Start Time"): "--map end=HEADING or --map duration=HEADING",
    ("End Time,ref", "End Time"): "",
    ("Appt,ref", "Appt"): "--map end=HEADING or --map duration=HEADING",
    ("When,ref", "When"): "",
}


@pytest.mark.parametrize(("headings", "treated"), START)
def test_the_start_of_an_appointment_is_questioned_where_its_end_is_what_counts(
    headings: str, treated: str
) -> None:
    said = messages(headings, map={"treated": treated})
    assert [START[headings, treated] in one for one in said] == [True] * bool(START[headings, treated])


def test_what_a_preset_expects_and_the_file_lacks_is_named() -> None:
    wanted = {"preset": "jane", "map": {"treated": "start", "end": "finish"}, "skip": ("state=x", "gone=*")}
    (first, _) = messages("ref,start,state", **wanted)
    assert first.startswith('the preset jane expects "finish", "gone", which this file does not have')
    said = messages("ref,start,finish,state,PRP?,gone", **{**wanted, "skip": ("state=x", "late=*")})
    assert [one.partition(",")[0] for one in said] == [
        'the preset jane expects "late"',
        '"PRP?" is read as prp.',
    ]
    with pytest.raises(UsageError, match='no "start", which the preset jane expects'):
        messages("ref,begin,state", **wanted)
    with pytest.raises(UsageError, match=r'lacks .*"state", "gone", by which the preset jane leaves out'):
        messages("ref,start,finish", **wanted)


def test_without_a_reference_one_is_made_from_columns_or_asked_for() -> None:
    with pytest.raises(UsageError, match="make one from columns: --ref-from"):
        messages("name,treated")
    assert messages("name,treated", ref_from=("Name",)) == []
    with pytest.raises(UsageError, match='no "Nmae", which --ref-from names; did you mean "name"'):
        messages("name,treated", ref_from=("Nmae",))


CONDITIONS = {
    # the condition, whether it names what is kept, and for each cell why a row is left out
    ("Status=Cancelled,No Show", False): {
        "Cancelled": "Status is Cancelled",
        " cancelled ": "Status is Cancelled",
        "no_show": "Status is No Show",
        "NO-SHOW": "Status is No Show",
        "Completed": None,
        "": None,
    },
    ("Status=Completed,Arrived", True): {
        "COMPLETED": None,
        "arrived": None,
        "Booked": "Status is not Completed or Arrived",
        "": "Status is not Completed or Arrived",
    },
    ("cancelled_at=*", False): {
        "2026-11-20": "cancelled_at is filled in",
        "": None,
        "false": None,
        "NULL": None,
    },
    ("Paid=", False): {"": "Paid is empty", "yes": None},
}


@pytest.mark.parametrize(("text", "only"), CONDITIONS)
def test_a_condition_leaves_out_rows_and_says_why_in_its_own_words(text: str, only: bool) -> None:
    condition = parse_condition(text, only=only)
    expected = CONDITIONS[text, only]
    assert {cell: condition.reason(cell) for cell in expected} == expected


NAMED = {
    # the headings of a file, and the one that --skip "status=x" is about where --map status=State is given
    "ref,treated,State": "state",
    "ref,treated,State,Status": "status",  # it is the file's own
}


@pytest.mark.parametrize("headings", NAMED)
def test_a_condition_may_use_our_name_of_a_column(headings: str) -> None:
    wanted = ExportFormat(map={"status": "State"}, skip=("Status=x",))
    (found,) = find_places(headings.split(","), wanted, SERVICES).conditions
    assert found[0] == NAMED[headings]


def test_a_condition_needs_a_heading_and_values() -> None:
    for text in ("Cancelled", "=x", ""):
        with pytest.raises(UsageError, match="is not a condition; write --skip"):
            parse_condition(text, only=False)


def test_statuses_by_which_nobody_was_treated_are_known() -> None:
    gone = (
        "Cancelled",
        "CANCELED",
        "Cancelled by client",
        "No Show",
        "no_show",
        "Did not attend",
        "DNA",
        "Declined",
    )
    assert all(map(is_not_treated, gone))
    assert not any(map(is_not_treated, ("Completed", "Arrived", "Booked", "confirmed", "Paid", "", "show")))


def test_the_nearer_format_goes_before_and_what_is_skipped_adds_up() -> None:
    preset = ExportFormat(
        preset="jane",
        map={"treated": "start_at", "end": "end_at"},
        only=("state=arrived", "paid=yes"),
        skip=("break=true",),
    )
    typed = ExportFormat(map={"end": "left_at"}, only=("State=booked",), skip=("room=2",), dates="dmy")
    assert combined(preset, typed) == ExportFormat(
        preset="jane",
        map={"treated": "start_at", "end": "left_at"},
        only=("paid=yes", "State=booked"),
        skip=("break=true", "room=2"),
        dates="dmy",
    )
