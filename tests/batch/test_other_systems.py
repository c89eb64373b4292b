"""Exports of systems that have no preset, read with options: who is planned, when, with what; and what is said.

What should come out of each was written down before it was run. The headings are those of real systems; every
name, number and date is invented.
"""

import io
import json
from datetime import UTC, datetime, time
from pathlib import Path

import openpyxl
import pytest
from msgspec import Struct

from batches import planned_rows, run_batch

LONDON, BERLIN, NEW_YORK = ("--tz", "Europe/London"), ("--tz", "Europe/Berlin"), ("--tz", "America/New_York")
MONDAY = ("--as-of", "2026-11-23T09:00")


class Export(Struct, frozen=True):
    """A file and its options; the plans by reference, end on 21 November, PRP and scars; and what is said of it."""

    text: str | bytes
    options: tuple[str, ...]
    plans: list[str]
    left_out: int = 0
    said: tuple[str, ...] = ()
    code: int = 0
    name: str = "export.csv"


def mapped(**columns: str) -> tuple[str, ...]:
    return tuple(text for column, heading in columns.items() for text in ("--map", f"{column}={heading}"))


SYSTEMS = {
    "Mindbody: add-ons are a column": Export(
        "Appt. ID,Date,Start time,End time,Client,Service,Add-ons,Status,Booked on\n"
        "1,11/21/2026,2:30 PM,3:30 PM,Ana Sol,Microneedling,PRP; LED,Completed,10/30/2026\n"
        "2,11/21/2026,4:00 PM,5:00 PM,Bo Lind,Microneedling,,Late Cancel,10/30/2026\n"
        "3,11/21/2026,4:00 PM,5:00 PM,Cy Ott,Microneedling,LED,Completed,10/30/2026\n"
        "4,11/21/2026,4:00 PM,5:00 PM,Di Ray,Microneedling,,No Show,10/30/2026\n",
        (
            *mapped(ref="Appt. ID", treated="Date", time="Start time", end="End time", service="Service"),
            *NEW_YORK,
        ),
        ["1 15:30 prp", "3 17:00"],
        left_out=2,
        said=('"Add-ons" is read as part of the service.',),
    ),
    "Zenoti: an add-on is a row of the same invoice, one of them cancelled": Export(
        "Appointment Id,Invoice No,Guest Name,Service Name,Appointment Date,Start Time,End Time,Status,Booking Date\n"
        "a1,INV1,Ana,SkinPen Face,21-Nov-2026,14:30,15:30,Closed,01-Nov-2026\n"
        "a2,INV1,Ana,PRP Add On,21-Nov-2026,15:30,15:45,Closed,01-Nov-2026\n"
        "a3,INV2,Bo,SkinPen Face,21-Nov-2026,16:00,17:00,Closed,01-Nov-2026\n"
        "a4,INV2,Bo,PRP Add On,21-Nov-2026,17:00,17:15,Cancelled,01-Nov-2026\n"
        "a5,INV3,Cy,SkinPen Face,21-Nov-2026,16:00,17:00,Deleted,01-Nov-2026\n",
        (
            *mapped(ref="Invoice No", treated="Appointment Date", time="Start Time", end="End Time"),
            *("--map", "service=Service Name", *LONDON),
        ),
        ["INV1 15:45 prp", "INV2 17:00"],
        left_out=2,
    ),
    "Boulevard: several services in a cell, times with their offset": Export(
        "Appointment ID,Client Name,Start At,End At,Services,State,Cancelled At\n"
        'B1,Ana,2026-11-21T14:30:00-05:00,2026-11-21T15:30:00-05:00,"SkinPen Microneedling, PRP Enhancement",FINAL,\n'
        'B2,Bo,2026-11-21T14:30:00-05:00,2026-11-21T15:30:00-05:00,"Botox, Lip Filler",FINAL,\n'
        "B3,Cy,2026-11-21T14:30:00-05:00,2026-11-21T15:30:00-05:00,SkinPen Microneedling,,2026-11-20T10:00:00-05:00\n",
        (*mapped(ref="Appointment ID", treated="Start At", end="End At", service="Services"), *NEW_YORK),
        ["B1 15:30 prp"],
        left_out=2,
        said=("1 row left out: Cancelled At is filled in.", "1 row left out: Services is another treatment."),
    ),
    "GlossGenius: the clock's abbreviation behind the time": Export(
        "Appointment,Date/Time,Length,Service,Status\n"
        'G1,"Sat, Nov 21, 2026 2:30 PM EST",1 hr 15 min,Micro-needling,checked out\n'
        'G2,"Sat, Nov 21, 2026 4:30 PM EST",1 hr,Micro-needling consultation,checked out\n'
        'G3,"Sat, Nov 21, 2026 4:30 PM PST",1 hr,Micro-needling,checked out\n',
        (*mapped(ref="Appointment", treated="Date/Time", duration="Length", service="Service"), *NEW_YORK),
        ["G1 15:45"],
        left_out=1,
        said=("row 3 (line 4): treated: not-a-time",),
        code=4,
    ),
    "Treatwell in German, Windows-1252": Export(
        (
            "Bestellnummer;Termin;Uhrzeit;Dauer;Behandlung;Status\r\n"
            "T1;21.11.2026;14:30 Uhr;60 Min.;Microneedling inkl. PRP für Gesicht;abgeschlossen\r\n"
            "T2;21.11.2026;16:00 Uhr;60 Min.;Microneedling;storniert\r\n"
            "T3;21.11.2026;17:00 Uhr;1 Std. 15 Min.;Microneedling;nicht erschienen\r\n"
            "T4;21.11.2026;17:00 Uhr;1 Std. 15 Min.;Microneedling ohne PRP, Narben;abgeschlossen\r\n"
        ).encode("cp1252"),
        (
            *mapped(
                ref="Bestellnummer", treated="Termin", time="Uhrzeit", duration="Dauer", service="Behandlung"
            ),
            *BERLIN,
        ),
        ["T1 15:30 prp", "T4 18:15 scars"],
        left_out=2,
    ),
    "SimplyBook: day first with hyphens": Export(
        "Code,Start date/time,End date/time,Service,Client,Status\n"
        "s1,21-11-2026 14:30,21-11-2026 15:30,Dermapen + PRP,Ana,confirmed\n"
        "s2,21-11-2026 16:30,21-11-2026 17:30,Dermapen,Bo,canceled_by_client\n",
        (*mapped(ref="Code", treated="Start date/time", end="End date/time", service="Service"), *LONDON),
        ["s1 15:30 prp"],
        left_out=1,
    ),
    "Booksy: a range of hours in a cell": Export(
        "Booking ID,Date,Time,Service,Booking status\n"
        "k1,2026-11-21,14:30 - 15:30,Microneedling z PRP,Finished\n"
        "k2,2026-11-21,2:30 PM – 3:45 PM,Microneedling,Finished\n"
        "k3,2026-11-21,16:30-17:30,Microneedling,Canceled by client\n"
        "k4,2026-11-21,11:00 AM - 1:15,Microneedling,Finished\n",  # in the morning or in the afternoon?
        (
            *mapped(
                ref="Booking ID", treated="Date", time="Time", service="Service", status="Booking status"
            ),
            *LONDON,
        ),
        ["k1 15:30 prp", "k2 15:45"],
        left_out=1,
        said=("row 4 (line 5): treated: not-a-time",),
        code=4,
    ),
    "Pabau: who did not attend, and visits without a treatment": Export(
        "Appointment ID,Start Date,Start Time,End Time,Service,Status\n"
        "p1,21/11/2026,14:30:00,15:30:00,Skin Needling - Acne Scarring,Attended\n"
        "p2,21/11/2026,14:30:00,15:30:00,Skin Needling,DNA\n"
        "p3,21/11/2026,14:30:00,15:30:00,Skin Needling Consultation,Attended\n"
        "p4,21/11/2026,14:30:00,15:30:00,Skin Needling review,Attended\n"
        "p5,21/11/2026,14:30:00,15:30:00,Skin Needling,Failed to attend\n"
        "p6,21/11/2026,14:30:00,15:30:00,Skin Needling,Missed\n",
        (
            *mapped(
                ref="Appointment ID",
                treated="Start Date",
                time="Start Time",
                end="End Time",
                service="Service",
            ),
            *LONDON,
        ),
        ["p1 15:30 scars"],
        left_out=5,
        said=("Service is an appointment without a treatment (consultation).",),
    ),
    "Aesthetic Record: durations in words": Export(
        "Appointment ID,Appointment Date & Time,Appointment Duration,Service Name,Appointment Status\n"
        "r1,11/21/2026 02:30 PM,1 hr 0 min,Microneedling w/ PRP,Checked Out\n"
        "r2,11/21/2026 02:30 PM,60 minutes,Microneedling w/o PRP,Checked Out\n"
        "r3,11/21/2026 02:30 PM,60 minutes,Microneedling,Cancelled/No Show\n",
        (
            *mapped(ref="Appointment ID", treated="Appointment Date & Time", duration="Appointment Duration"),
            *mapped(service="Service Name", status="Appointment Status"),
            *NEW_YORK,
        ),
        ["r1 15:30 prp", "r2 15:30"],
        left_out=1,
    ),
    "blocked time, lunch and training": Export(
        "id,start,end,client,service,status\n"
        "1,2026-11-21 14:30,2026-11-21 15:30,Ana,Microneedling,arrived\n"
        "2,2026-11-21 12:00,2026-11-21 13:00,,,\n"
        "3,2026-11-21 12:00,2026-11-21 13:00,,Lunch,\n"
        "4,2026-11-21 12:00,2026-11-21 13:00,Staff,Microneedling training,arrived\n"
        "5,2026-11-21 12:00,2026-11-21 13:00,Bo,PRP hair restoration,arrived\n"
        "6,2026-11-21 12:00,2026-11-21 13:00,Room 2,Microneedling,blocked\n",
        (*mapped(ref="id", treated="start", end="end", service="service"), *LONDON),
        ["1 15:30"],
        left_out=5,
        said=("1 row left out: service is empty.",),
    ),
    "PRP in the notes alone is pointed out, not believed": Export(
        "id,end,service,notes\n1,2026-11-21 15:30,Microneedling,asked about PRP\n2,2026-11-21 15:30,Peel,PRP next time\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 15:30"],
        left_out=1,
        said=('"notes" names PRP in row 1, where nothing else does; it is not used.',),
    ),
    "who came is in a column of yes and no": Export(
        "id,end,service,Attended\n1,2026-11-21 15:30,Microneedling,Yes\n2,2026-11-21 16:30,Microneedling,No\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 15:30", "2 16:30"],
        said=('"Attended" says no in 1 row, and they are planned;', '--skip "Attended=no".'),
    ),
    "columns that say it all": Export(
        "id,end,service,No Show?,Deleted\n1,2026-11-21 15:30,Microneedling,No,FALSE\n"
        "2,2026-11-21 15:30,Microneedling,Yes,FALSE\n3,2026-11-21 15:30,Microneedling,No,TRUE\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 15:30"],
        left_out=2,
    ),
    "Spanish": Export(
        "id;fin;servicio;estado\n1;21/11/2026 14:30;Microneedling con PRP;Asisti\u00f3\n"
        "2;21/11/2026 14:30;Microneedling;Cancelada\n3;21/11/2026 14:30;Microneedling;No asisti\u00f3\n"
        "4;21/11/2026 14:30;Microneedling sin PRP;Asisti\u00f3\n",
        (*mapped(ref="id", treated="fin", service="servicio", status="estado"), *LONDON),
        ["1 14:30 prp", "4 14:30"],
        left_out=2,
    ),
    "PRP, however it is spelled": Export(
        "id,end,service\n1,2026-11-21 14:30,Microneedling with Platelet Rich Plasma\n2,2026-11-21 14:30,P.R.P. Microneedling\n"
        "3,2026-11-21 14:30,MicroneedlingPRP\n4,2026-11-21 14:30,SkinPen\u00aePRP\n5,2026-11-21 14:30,Microneedling non-PRP\n"
        "6,2026-11-21 14:30,Microneedling (excl. PRP)\n7,2026-11-21 14:30,Microneedling [PRP]\n8,2026-11-21 14:30,PRP facial\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 14:30 prp", "2 14:30 prp", "3 14:30 prp", "4 14:30 prp", "5 14:30", "6 14:30", "7 14:30 prp"],
        left_out=1,
    ),
    "a consultation with a treatment is one": Export(
        "id,end,service\n1,2026-11-21 14:30,Consultation + Microneedling\n2,2026-11-21 14:30,Microneedling (incl. follow-up)\n"
        "3,2026-11-21 14:30,Microneedling follow-up\n4,2026-11-21 14:30,Gift voucher Microneedling\n"
        "5,2026-11-21 14:30,Microneedling patch test\n6,2026-11-21 14:30,Microneedling session 2 of 3\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 14:30", "2 14:30", "6 14:30"],
        left_out=3,
    ),
    "a spreadsheet's parts of a day": Export(
        "id,date,time,length\n1,2026-11-21T00:00:00,1899-12-30 14:30:00,0.0416667\n",
        (*mapped(ref="id", treated="date", time="time", duration="length"), *LONDON),
        ["1 15:30"],
    ),
    "the day of booking": Export(
        "Nr,Created,Appointment,Service\n1,11/21/2026 3:30 PM,11/30/2026 2:30 PM,Microneedling\n",
        (*mapped(ref="Nr", treated="Created"), *NEW_YORK),
        ["1 15:30"],
        said=('"Created" lies before "Appointment" in every row: is it the day of booking?',),
    ),
    "the start where the end is there too, in German": Export(
        "Nr;Beginn;Ende;Leistung\n1;21.11.2026 14:30;21.11.2026 15:30;Microneedling\n",
        (*mapped(ref="Nr", treated="Beginn", service="Leistung"), *BERLIN),
        ["1 14:30"],
        said=('add --map end="Ende"',),
    ),
    "hours without am and pm": Export(
        "Nr,Date,From,To,Service\n1,11/21/2026,2:30,3:30,Microneedling\n2,11/21/2026,10:30,11:30,Microneedling\n",
        (*mapped(ref="Nr", treated="Date", time="From", end="To", service="Service"), *NEW_YORK),
        ["1 03:30", "2 11:30"],
        said=("1 row with an end at night, between 23:00 and 06:00: check whether am or pm is missing",),
    ),
    "pipes": Export("ref|treated|service\n1|2026-11-21 14:30|Microneedling\n", LONDON, ["1 14:30"]),
    "an old Mac's line ends, Windows-1252, and the line that tells a spreadsheet the delimiter": Export(
        "sep=;\rref;treated;service\r1;21.11.2026 14:30;Microneedling für Gesicht\r".encode("cp1252"),
        BERLIN,
        ["1 14:30"],
    ),
    "a spreadsheet's Unicode text": Export(
        "\ufeffref\ttreated\tservice\r\n1\t21/11/2026 14:30\tMicroneedling\r\n".encode("utf-16-le"),
        LONDON,
        ["1 14:30"],
        name="export.txt",
    ),
    "titles, groups, the header on each page, totals": Export(
        "Larkspur Skin Clinic, 12 High St, London\nAppointments,,,,\n\nref,treated,service,status,total\n"
        "Saturday 21 November 2026,,,,\nProvider: N. Marsh,,,,\n1,21/11/2026 14:30,Microneedling,Completed,10\n"
        "Subtotal,,,,10\nref,treated,service,status,total\n2,21/11/2026 16:30,Microneedling,Completed,10\n,,,,\n"
        "Total: 2,,,,20\n2 appointments,,,,\nPage 1 of 1,,,,\nReport generated 30/11/2026 18:00\n",
        LONDON,
        ["1 14:30", "2 16:30"],
        left_out=8,
        said=("8 rows left out: a line of totals or a note.",),
    ),
    "a reference with nothing beside it is no note": Export(
        "ref,treated,service\na1,2026-11-21 14:30,Microneedling\na2,,\n",
        LONDON,
        ["a1 14:30"],
        said=("row 2 (line 3): treated: missing",),
        code=4,
    ),
    "the answer of a GraphQL service": Export(
        json.dumps(
            {
                "data": {
                    "appointments": {
                        "pageInfo": {"hasNextPage": False},
                        "edges": [
                            {
                                "node": {
                                    "id": f"urn:{number}",
                                    "endAt": "2026-11-21T15:30:00Z",
                                    "state": state,
                                    "services": [{"name": "SkinPen"}, {"name": "PRP"}],
                                }
                            }
                            for number, state in ((1, "FINAL"), (2, "CANCELLED"))
                        ],
                    }
                }
            }
        ),
        (
            *mapped(ref="node.id", treated="node.endAt", service="node.services.name", status="node.state"),
            *LONDON,
        ),
        ["urn:1 15:30 prp"],
        left_out=1,
        name="export.json",
    ),
    "JSON with lists of services": Export(
        '[{"id": 1, "end": "2026-11-21T15:30", "services": ["Microneedling", "PRP"]},'
        ' {"id": 2, "end": "2026-11-21T15:30", "services": ["Botox"]}]',
        (*mapped(ref="id", treated="end", service="services"), *LONDON),
        ["1 15:30 prp"],
        left_out=1,
        name="export.json",
    ),
    "two people of one name on one day are one appointment, which is said": Export(
        "Client,Date,Start,Duration,Service\nAnna Smith,21/11/2026,10:00,60,Microneedling\n"
        "Anna Smith,21/11/2026,14:00,60,Microneedling with PRP\n",
        (
            *mapped(treated="Date", time="Start", duration="Duration", service="Service"),
            *("--ref-from", "Client,Date", *LONDON),
        ),
        ["02a2f5c392beda92781a 15:00 prp"],
        said=("2 rows: 1 to plan, 1 merged.",),
    ),
    "the patient's number as the reference": Export(
        "Client ID,End,Service\nc1,2026-11-21 10:00,Microneedling\nc1,2026-12-19 10:00,Microneedling\n",
        (*mapped(ref="Client ID", treated="End", service="Service"), *LONDON),
        ["c1 10:00"],
        said=("row 2 (line 3): ref: duplicate",),
        code=4,
    ),
    "rows that are there twice, and one that was rebooked": Export(
        "id,end,service,status\n1,2026-11-21 14:30,Microneedling,done\n1,2026-11-21 14:30,Microneedling,done\n"
        "2,2026-11-20 14:30,Microneedling,Cancelled\n2,2026-11-21 16:30,Microneedling,done\n"
        "3,2026-11-20 14:30,Microneedling,Rescheduled\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["1 14:30", "2 16:30"],
        left_out=2,
    ),
    "numbers kept from a spreadsheet by an equals sign": Export(
        'id,end,service\n="0090011",2026-11-21 14:30,Microneedling\n"=""0090012""",2026-11-21 14:30,Microneedling\n',
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        ["0090011 14:30", "0090012 14:30"],
    ),
    "headings with line breaks and hard spaces": Export(
        '"Appt\nID","End\u00a0 Time",Service\n1,2026-11-21 14:30,Microneedling\n',
        (*mapped(ref="Appt ID", treated="End Time", service="Service"), *LONDON),
        ["1 14:30"],
    ),
    "a service that nobody knows": Export(
        "id,end,service\n1,2026-11-21 14:30,Glow 3000\n2,2026-11-21 14:30,Glow 3000\n",
        (*mapped(ref="id", treated="end", service="service"), *LONDON),
        [],
        left_out=2,
        said=("No row names this treatment", "give --service WORD"),
    ),
    "a header alone": Export(
        "ref,treated\n", LONDON, [], said=("The export has a header and no rows below it.",)
    ),
    "a web page called .xls": Export(
        "<html><table><tr><td>ref</td></tr></table></html>",
        LONDON,
        [],
        said=("the input is a web page, whatever its name says; export it as CSV",),
        code=2,
        name="export.xls",
    ),
    "an old spreadsheet": Export(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600,
        LONDON,
        [],
        said=("the input is an old Excel file (.xls); export it as CSV",),
        code=2,
        name="export.xls",
    ),
}


@pytest.mark.parametrize("why", SYSTEMS)
def test_an_export_gives_plans_to_the_right_people(why: str, tmp_path: Path) -> None:
    export = SYSTEMS[why]
    file = tmp_path / export.name
    file.write_bytes(export.text.encode() if isinstance(export.text, str) else export.text)
    done = run_batch(file, *export.options, *MONDAY, "--dry-run")
    assert [_told(row) for row in planned_rows(done.out)] == export.plans
    assert done.code == export.code
    for said in export.said:
        assert said in done.err
    assert (f"{export.left_out} left out" in done.err) == (export.left_out > 0)


def _told(row: tuple[str, str, str, str]) -> str:
    ref, when, prp, scars = row
    assert when.startswith("Sat 21 Nov 2026 ")
    return " ".join(
        [ref, when[-5:], *(["prp"] if prp == "yes" else []), *(["scars"] if scars == "yes" else [])]
    )


def test_a_spreadsheet_with_merged_cells_two_header_rows_and_a_summary(tmp_path: Path) -> None:
    """A date that is merged over two rows is only in the first: the second is an error, and no other day's."""
    book = openpyxl.Workbook()
    book.active.append(["Appointments of November"])
    sheet = book.create_sheet("Appointments")
    sheet.append(["Client", None, None, "Appointment", None, None, None])
    sheet.merge_cells("A1:C1")
    sheet.append(["ID", "Name", "Phone", "Date", "Start", "End", "Service"])
    day, start, end = datetime(2026, 11, 21), time(14, 30), time(15, 30)  # noqa: DTZ001  a cell
    sheet.append([608194747365, "Ana", "1", day, start, end, "Microneedling + PRP"])
    sheet.append([608194747366, "Bo", "1", None, time(16, 30), time(17, 30), "Microneedling"])
    sheet.append([608194747367, "Cy", "1", day, 0.6041666667, 0.6458333333, "Microneedling"])
    sheet.append(["Total", None, None, None, None, None, 3])
    data = io.BytesIO()
    book.save(data)
    (tmp_path / "a.xlsx").write_bytes(data.getvalue())
    options = mapped(ref="ID", treated="Date", time="Start", end="End", service="Service")
    done = run_batch(tmp_path / "a.xlsx", *options, *LONDON, *MONDAY, "--dry-run")
    assert [_told(row) for row in planned_rows(done.out)] == ["608194747365 15:30 prp", "608194747367 15:30"]
    assert "row 2 (line 4): treated: missing" in done.err
    assert "4 rows: 2 to plan, 1 left out, 1 failed." in done.err


ZONES = {
    # as Windows, Rails and Calendly name a zone: half past two there in November, in UTC
    "Eastern Standard Time": "19:30",
    "Eastern Time - US & Canada": "19:30",
    "Central Time (US & Canada)": "20:30",
    "(GMT-08:00) Pacific Time (US & Canada)": "22:30",
    "Arizona, Yukon Time": "21:30",
    "London": "14:30",
    "W. Europe Standard Time": "13:30",
    "(UTC+01:00) Amsterdam, Berlin, Bern, Rome, Stockholm, Vienna": "13:30",
    "Central European Time": "13:30",
    "India Standard Time": "09:00",
}


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_that_is_not_the_clinics_is_understood_and_pointed_out(name: str, tmp_path: Path) -> None:
    """Calendly names the invitee's zone beside times that may be the clinic's own: an office has to know."""
    (tmp_path / "a.csv").write_text(f'ref,treated,Invitee Zone\n1,2026-11-21 14:30,"{name}"\n')
    options = (tmp_path / "a.csv", *LONDON, *MONDAY, "--json")
    done = run_batch(*options, "--map", "tz=Invitee Zone")
    assert json.loads(done.out)["treatment"]["treated"].startswith("2026-11-21T14:30")
    moment = datetime.fromisoformat(json.loads(done.out)["treatment"]["treated"]).astimezone(UTC)
    assert f"{moment:%H:%M}" == ZONES[name]
    elsewhere = "1 row with another time zone than that of --tz, in which the time is read"
    assert (elsewhere in done.err) == (ZONES[name] != "14:30")
    unmapped = run_batch(*options, "--map", "tz=")
    assert json.loads(unmapped.out)["treatment"]["treated"] == "2026-11-21T14:30:00+00:00"
    assert elsewhere not in unmapped.err


def test_a_year_that_is_far_away_is_pointed_out(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ref,treated\n1,2062-11-21 14:30\n2,2025-11-21\n")
    done = run_batch(tmp_path / "a.csv", *LONDON, *MONDAY, "--dry-run")
    assert "1 row with a date more than two years from today: check the year (row 1).\n" in done.err
