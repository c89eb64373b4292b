"""Which names are time zones: design, section 4."""

import pytest

from needlecare.errors import UsageError
from needlecare.time.zones import zone_named

LONGEST = 300  # characters: a few lines of a terminal


@pytest.mark.parametrize("name", ["Europe/Berlin", "America/Argentina/Buenos_Aires", "UTC", "Etc/GMT+5"])
def test_a_zone_has_its_iana_name(name: str) -> None:
    assert zone_named(name).key == name


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        pytest.param("Europe/Berln", 'did you mean "Europe/Berlin"?', id="slip"),
        pytest.param("europe/berlin", 'did you mean "Europe/Berlin"?', id="small letters"),
        pytest.param("Europe/Berlin\n", 'did you mean "Europe/Berlin"?', id="newline"),
        pytest.param("CEST", "Europe/Berlin", id="abbreviation"),
        pytest.param("+01:00", "Europe/Berlin", id="offset"),
        pytest.param("", "Europe/Berlin", id="empty"),
        pytest.param("Europe", "Europe/Berlin", id="folder"),
        pytest.param("/etc/passwd", "Europe/Berlin", id="absolute path"),
        pytest.param("../../etc/passwd", "Europe/Berlin", id="path upwards"),
        pytest.param("zone.tab", "Europe/Berlin", id="no zone file"),
        pytest.param("Europe/Ber\x00lin", "Europe/Berlin", id="zero byte"),
        pytest.param("Europe/Berlin\x1b[2J", "Europe/Berlin", id="escape"),
        pytest.param("\udcff", "Europe/Berlin", id="surrogate"),
        pytest.param("x" * 10_000, "Europe/Berlin", id="very long"),
        # a copy that counts leap seconds: no IANA name, 27 seconds out, and an hour in November 2026
        pytest.param("right/Europe/Berlin", "Europe/Berlin", id="with leap seconds"),
        pytest.param("posix/Europe/Berlin", "Europe/Berlin", id="a second copy"),
        # whatever zone the machine was set to: a link in the same folder, and no name
        pytest.param("localtime", "Europe/Berlin", id="the machine's own"),
        pytest.param("posixrules", "Europe/Berlin", id="the rules of old"),
    ],
)
def test_a_zone_by_any_other_name_is_refused_with_the_nearest(name: str, remedy: str) -> None:
    with pytest.raises(UsageError) as refused:
        zone_named(name)
    message = str(refused.value)
    assert "unknown time zone" in message
    assert remedy in message
    assert message.isprintable()
    assert len(message) < LONGEST
