"""Exports in the formats of real booking systems: who gets a plan, when, with what; and what is pointed out.

The headings and formats are those of the vendors; every name, number and date is invented.
"""

import json
from pathlib import Path

import pytest

from batches import planned_rows as table
from batches import run_batch
from needlecare.storage.rule_files import load_preset, preset_names, schedules_folder
from program import Result

LONDON = ("--tz", "Europe/London", "--as-of", "2026-11-23T09:00")
SAMPLES = schedules_folder() / "exports"


def batch(*arguments: str | Path) -> Result:
    return run_batch(*arguments, *LONDON)


# Presets ------------------------------------------------------------------------------------------

PRESETS = {
    # the preset: its sample's plans by reference, end, PRP and scars, and how many rows are left out
    "acuity": (
        [
            # half past eleven is the end of the first; New York is shown, as the row names it
            ("510000001", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("510000002", "Fri 20 Nov 2026 14:30", "no", "no"),
        ],
        2,
    ),
    "calendly": (
        [
            ("3f0c6a52-0001", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("3f0c6a52-0002", "Fri 20 Nov 2026 14:30", "no", "yes"),
        ],
        2,
    ),
    "cliniko": ([("700000000000000011", "Fri 20 Nov 2026 11:15", "yes", "no")], 3),
    "fresha": (
        [
            ("#A10001", "Fri 20 Nov 2026 11:15", "yes", "no"),  # 10:00 and 75 minutes
            (
                "#A10002",
                "Fri 20 Nov 2026 14:45",
                "yes",
                "no",
            ),  # PRP in a row of its own, 14:30 and 15 minutes
        ],
        2,
    ),
    "jane": (
        [
            ("70001", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("70003", "Fri 20 Nov 2026 14:30", "no", "yes"),
        ],
        3,
    ),
    "phorest": (
        [
            ("ph-9001", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("ph-9002", "Fri 20 Nov 2026 14:30", "no", "no"),
        ],
        2,
    ),
    "square": (
        [
            ("k3x1a", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("k3x1b", "Fri 20 Nov 2026 14:30", "no", "no"),
            ("k3x1e", "Fri 04 Dec 2026 10:00", "no", "no"),  # 12/4, since 11/20 is month first
        ],
        2,
    ),
    "vagaro": (
        [
            ("af4380de2acdf331a7e0", "Fri 20 Nov 2026 11:15", "yes", "no"),
            ("2ec0f4efacf76c986844", "Fri 20 Nov 2026 14:30", "no", "no"),
        ],
        3,
    ),
}


def sample(name: str) -> Path:
    """Return the sample of a preset."""
    (found,) = SAMPLES.glob(f"{name}.sample.*")
    return found


def test_each_preset_has_a_sample_and_an_expectation() -> None:
    assert preset_names() == sorted(PRESETS)
    listed = batch("--preset", "list")
    assert listed.code == 0
    for name in PRESETS:
        preset = load_preset(name)
        assert f"{preset.system}: {preset.where} (read {preset.read})" in listed.out


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_reads_its_sample(name: str) -> None:
    done = batch(sample(name), "--preset", name, "--dry-run")
    plans, left_out = PRESETS[name]
    assert table(done.out) == plans
    assert done.code == 0
    assert f"{left_out} left out" in done.err
    assert "expects" not in done.err
    assert "too soon" not in done.err


@pytest.mark.parametrize("name", PRESETS)
def test_an_export_without_its_preset_is_recognised(name: str) -> None:
    done = batch(sample(name), "--dry-run")
    assert done.code == 2
    assert f"this looks like an export of {load_preset(name).system}: give --preset {name};" in done.err


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_copied_into_a_file_or_a_rule_file_does_the_same(name: str, tmp_path: Path) -> None:
    text = (SAMPLES / f"{name}.toml").read_text()
    mine = tmp_path / "mine.toml"
    mine.write_text(text)
    clinic = tmp_path / "clinic.toml"
    head = (
        'extends = "microneedling"\nid = "c"\nversion = "1"\nreviewed = 2026-11-22\nreview_due = 2027-11-22\n'
    )
    clinic.write_text(head + text[text.index("\n[export]") :])
    named = tmp_path / "named.toml"
    named.write_text(f'{head}[export]\npreset = "{name}"\n')
    expected = batch(sample(name), "--preset", name, "--dry-run")
    for arguments in (("--preset", mine), ("--schedule", clinic), ("--schedule", named)):
        done = batch(sample(name), *arguments, "--dry-run")
        assert (done.code, done.out) == (0, expected.out)


def test_a_preset_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text('system = "Mine"\nread = 2026-11-26\n[export]\nskipp = []\n')
    done = batch(sample("jane"), "--preset", tmp_path / "mine.toml", "--dry-run")
    assert done.code == 3
    assert 'mine.toml:4:1: export: unknown key "skipp"; did you mean "skip"?' in done.err
    done = batch(sample("jane"), "--preset", "jan", "--dry-run")
    assert (done.code, 'unknown preset "jan"; did you mean "jane"?' in done.err) == (2, True)


EXAMPLES = SAMPLES.with_name("examples")


def test_the_face_and_the_body_each_take_their_own_rows_of_one_export() -> None:
    export = EXAMPLES / "larkspur-body.export.csv"
    body = batch(export, "--schedule", EXAMPLES / "larkspur-body.toml", "--dry-run")
    assert [(ref, when[-5:], prp) for ref, when, prp, _ in table(body.out)] == [
        ("4101", "11:15", "no"),
        ("4103", "15:00", "yes"),
        ("4104", "16:30", "no"),  # no area is named, so that it may be either
        ("4106", "11:00", "no"),  # hands, besides the face
    ]
    mapped = ("ref=Booking", "treated=Date", "time=Start", "duration=Minutes", "service=Treatment")
    options = [text for column in mapped for text in ("--map", column)]
    face = batch(export, *options, "--dates", "dmy", "--schedule", EXAMPLES / "larkspur.toml", "--dry-run")
    assert [ref for ref, *_ in table(face.out)] == ["4102", "4104", "4106"]
    assert (body.code, face.code) == (0, 0)


# By hand ------------------------------------------------------------------------------------------

PRACTICE = (
    "Date of Service,Client,Clinician,Billing Code,Charge,Paid,Charge,Paid\n"
    "11/21/2026 14:30,Ana Sol,N. Marsh,MN-PRP,250.0,0.0,,\n"
)
BOOKINGS = (
    "Date Time\tCustomer Name\tService\tDuration (mins.)\tBooking Id\n"
    "11/21/2026 2:30 PM\tAna Sol\tMicroneedling with PRP\t60\tAAMkAGI2=\n"
)
STATUSES = (
    "Nr,Start,Minutes,What,State\n"
    "1,2026-11-21 10:00,60,SkinPen,Completed\n2,2026-11-21 11:00,60,SkinPen,cancelled\n"
    "3,2026-11-21 12:00,60,SkinPen,NO SHOW\n4,2026-11-21 13:00,60,Peel,Arrived\n5,2026-11-21 14:00,60,Glow,Arrived\n"
)
MAPPED = ("--map", "ref=Nr", "--map", "treated=Start", "--map", "duration=Minutes")
BY_HAND = {
    # why: the file, the options, and the plans by reference, end and PRP
    "a code instead of a service keeps the row": (
        PRACTICE,
        ("--map", "treated=Date of Service", "--map", "service=Billing Code", "--ref-from", "Client,Date of Service"),
        [("eb7e26b47a110cefaad9", "Sat 21 Nov 2026 14:30", "yes", "no")],
    ),
    "tabs, and the duration": (
        BOOKINGS,
        *(
            ("--map", "treated=Date Time", "--map", "duration=Duration (mins.)", "--map", "ref=Booking Id"),
            [("AAMkAGI2=", "Sat 21 Nov 2026 15:30", "yes", "no")],
        ),
    ),
    "what is kept": (
        STATUSES,
        (*MAPPED, "--only", "state=completed, arrived", "--map", "service=What"),
        [("1", "Sat 21 Nov 2026 11:00", "no", "no")],
    ),
    "what is left out": (
        STATUSES,
        (*MAPPED, "--skip", "State=Cancelled,No Show", "--service", "glow", "--service", "skin pen", "--map", "service=What"),
        [("1", "Sat 21 Nov 2026 11:00", "no", "no"), ("5", "Sat 21 Nov 2026 15:00", "no", "no")],
    ),
    "a status column leaves out those who were not treated": (
        STATUSES,
        (*MAPPED, "--map", "status=State", "--map", "service=What"),
        [("1", "Sat 21 Nov 2026 11:00", "no", "no")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "options", "plans"), BY_HAND.values(), ids=BY_HAND)
def test_the_same_can_be_written_by_hand(
    text: str, options: tuple[str, ...], plans: list[tuple[str, ...]], tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(text)
    done = batch(tmp_path / "a.csv", *options, "--dry-run")
    assert (done.code, table(done.out)) == (0, plans)


# Columns as a whole -------------------------------------------------------------------------------

US, UK = "ref,treated\n1,11/21/2026\n2,12/3/2026\n", "ref,treated\n1,21/11/2026\n2,3/12/2026\n"


@pytest.mark.parametrize(("text", "order", "wrong"), [(US, "mdy", "dmy"), (UK, "dmy", "mdy")])
def test_the_order_of_day_and_month_is_found_in_the_column_or_refused_before_anything_is_written(
    text: str, order: str, wrong: str, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text(text)
    for options in ((), ("--dates", order)):
        done = batch(tmp_path / "a.csv", *options, "--dry-run")
        assert [when for _, when, *_ in table(done.out)] == ["Sat 21 Nov 2026", "Thu 03 Dec 2026"]
        assert (f"give --dates {order}" in done.err) == (not options)
    done = batch(tmp_path / "a.csv", "--dates", wrong, "--out", tmp_path / "out")
    assert done.code == 2
    assert f"--dates {wrong} can't be right: row 1" in done.err
    assert f"give --dates {order}" in done.err
    assert not (tmp_path / "out").exists()


def test_dates_that_nothing_settles_are_said_once_with_their_count(tmp_path: Path) -> None:
    rows = "".join(f"{number},03/04/2026\n" for number in range(3000))
    (tmp_path / "a.csv").write_text(f"ref,treated\n{rows}")
    done = batch(tmp_path / "a.csv", "--out", tmp_path / "out")
    assert (done.code, list((tmp_path / "out").iterdir())) == (4, [])
    said = done.err.splitlines()
    assert said[0].startswith(
        "needlecare: rows 1, 2, 3, 4, 5 and 2,995 more (from line 2): treated: two-readings; "
    )
    assert said[1:] == ["3000 rows: 3000 failed."]


def test_orders_that_are_mixed_are_read_where_each_date_has_one_reading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("ref,treated\n1,11/21/2026\n2,21/11/2026\n")
    for options in ((), ("--dates", "dmy"), ("--dates", "mdy")):
        done = batch(tmp_path / "a.csv", *options, "--dry-run")
        assert [when for _, when, *_ in table(done.out)] == ["Sat 21 Nov 2026"] * 2
    (tmp_path / "a.csv").write_text("ref,treated\n1,11/21/2026\n2,21/11/2026\n3,3/4/2026\n")
    assert batch(tmp_path / "a.csv", "--dry-run").code == 4
    assert batch(tmp_path / "a.csv", "--dates", "dmy", "--dry-run").code == 2


def test_the_day_of_booking_is_questioned(tmp_path: Path) -> None:
    text = sample("acuity").read_text()
    (tmp_path / "a.csv").write_text(text)
    done = batch(
        tmp_path / "a.csv", "--map", "ref=Appointment ID", "--map", "treated=Date Scheduled", "--dry-run"
    )
    assert '"Date Scheduled" lies before "Start Time" in every row: is it the day of booking?' in done.err


def test_a_file_that_says_more_than_is_used_is_pointed_out() -> None:
    done = batch(sample("jane"), "--map", "ref=id", "--map", "treated=end_at", "--dry-run")
    assert '"treatment_name" names services and is not used' in done.err
    assert "1 row left out: cancelled_at is filled in." in done.err
    done = batch(
        sample("square"),
        "--map",
        "ref=Appointment ID",
        "--map",
        "treated=Date",
        "--map",
        "time=Start Time",
        "--map",
        "status=Price",
        "--dry-run",
    )
    assert '"Status" says in 1 row that nobody was treated' in done.err


# Calendars that no appointment stands for any more ------------------------------------------------

DAY = "ref,treated,Status\na1,2026-11-21T14:30,ok\na2,2026-11-21T16:00,ok\na3,2026-11-22T10:00,ok\na4,2026-12-01T10:00,ok\n"


def live(folder: Path) -> list[str]:
    """Return the calendars that have an event that is not cancelled."""
    return sorted(
        path.stem
        for path in folder.glob("*.ics")
        if path.read_text().count("STATUS:CANCELLED") < path.read_text().count("BEGIN:VEVENT")
    )


def test_cancelled_and_missing_appointments_are_told_and_cancelled_once_a_dry_run_has_listed_them(
    tmp_path: Path,
) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "out"
    file.write_text(DAY)
    assert batch(file, "--out", out).code == 0
    # a1 is cancelled, a2 is gone, a3 has moved by an hour; a4 lies outside the days of this export
    file.write_text("ref,treated,Status\na1,2026-11-21T14:30,Cancelled\na3,2026-11-22T11:00,ok\n")
    done = batch(file, "--out", out)
    assert done.code == 0
    assert f"a1 is left out now but has a calendar; to cancel it: needlecare cancel {out}/a1.ics" in done.err
    assert (
        f"a2 is gone from the export but has a calendar; to cancel it: needlecare cancel {out}/a2.ics"
        in done.err
    )
    assert "a4" not in done.err
    assert "Moved, calendars revised: a3." in done.err
    assert done.err.endswith("2 rows: 1 revised, 1 left out.\n")
    refused = batch(file, "--out", out, "--cancel-missing")
    assert (refused.code, "run the same command with --dry-run first" in refused.err) == (2, True)
    assert live(out) == ["a1", "a2", "a3", "a4"]
    dry = batch(file, "--out", out, "--cancel-missing", "--dry-run")
    assert (dry.code, live(out)) == (0, ["a1", "a2", "a3", "a4"])
    assert "a1 is left out now" in dry.err
    done = batch(file, "--out", out, "--cancel-missing")
    assert (done.code, live(out)) == (0, ["a3", "a4"])
    assert "Cancelled a1.ics.\nCancelled a2.ics.\n" in done.err
    # and nothing is told or cancelled twice
    assert "has a calendar" not in batch(file, "--out", out).err


def test_waits_that_end_sooner_than_a_patient_was_told_are_said_by_reference(tmp_path: Path) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "out"
    head = "ref,treated,prp\n"
    file.write_text(f"{head}a1,2026-11-22T14:30,yes\na2,2026-11-22T16:00,no\na3,2026-11-22T17:00,no\n")
    batch(file, "--out", out)
    # a1 has lost its PRP, a2 ended an hour earlier and a3 an hour later
    file.write_text(f"{head}a1,2026-11-22T14:30,no\na2,2026-11-22T15:00,no\na3,2026-11-22T18:00,no\n")
    dry = batch(file, "--out", out, "--dry-run", "--json")
    records = {record["ref"]: record for record in map(json.loads, dry.out.splitlines())}
    assert "alcohol" in records["a1"]["sooner"]
    assert "makeup" in records["a2"]["sooner"]
    assert "sooner" not in records["a3"]
    shorter, earlier = records["a1"]["sooner"], records["a2"]["sooner"]
    assert 3 < len(shorter) < len(earlier)
    assert (
        "Waits would end sooner than the patient's calendar said: "
        f"a1 ({', '.join(shorter[:3])} and {len(shorter) - 3} more), "
        f"a2 ({', '.join(earlier[:3])} and {len(earlier) - 3} more).\n"
    ) in dry.err
    done = batch(file, "--out", out)
    assert "Waits end sooner than the patient's calendar said: a1 (" in done.err
    assert "sooner" not in batch(file, "--out", out).err


def test_only_what_was_listed_is_cancelled(tmp_path: Path) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "out"
    file.write_text(DAY)
    batch(file, "--out", out)
    file.write_text(DAY.replace("a1,2026-11-21T14:30,ok\n", ""))
    batch(file, "--out", out, "--dry-run")
    file.write_text(
        DAY.replace("a1,2026-11-21T14:30,ok\n", "").replace("a2,2026-11-21T16:00,ok\n", "b9,2026-11-21,ok\n")
    )
    done = batch(file, "--out", out, "--cancel-missing")
    assert "Cancelled a1.ics.\nNot cancelled, since no --dry-run has listed them:\na2 is gone" in done.err
    assert live(out) == ["a2", "a3", "a4", "b9"]


def test_an_export_of_one_day_cancels_nobody_of_another(tmp_path: Path) -> None:
    file, out = tmp_path / "a.csv", tmp_path / "out"
    file.write_text(DAY)
    batch(file, "--out", out)
    file.write_text("ref,treated,Status\na4,2026-12-01T10:00,ok\n")
    for options in (("--dry-run", "--cancel-missing"), ("--cancel-missing",)):
        assert "gone" not in batch(file, "--out", out, *options).err
    assert live(out) == ["a1", "a2", "a3", "a4"]


def test_the_report_counts_what_is_left_out_by_its_reason() -> None:
    done = batch(sample("jane"), "--preset", "jane", "--json")
    left_out = [
        (record["ref"], record["reason"])
        for record in map(json.loads, done.out.splitlines())
        if record.get("outcome") == "left-out"
    ]
    assert left_out == [
        ("70002", "break is true"),
        ("70004", "state is cancelled"),
        ("70005", "treatment_name is another treatment"),
    ]
    assert "1 row left out: state is cancelled.\n" in done.err
