"""The names of time zones in exports: IANA names, and those of Rails, Calendly and Windows."""

import re
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from needlecare.time.zones import known_zone, local, zone_names

# Rails (ActiveSupport::TimeZone) and Calendly name most zones after a city: "London", "Berlin". These are the others.
_NAMES = {
    "international date line west": "Etc/GMT+12",
    "midway island": "Pacific/Midway",
    "american samoa": "Pacific/Pago_Pago",
    "hawaii": "Pacific/Honolulu",
    "hawaii time": "Pacific/Honolulu",
    "alaska": "America/Juneau",
    "alaska time": "America/Anchorage",
    "pacific time": "America/Los_Angeles",
    "arizona": "America/Phoenix",
    "arizona time": "America/Phoenix",
    "arizona, yukon time": "America/Phoenix",
    "mountain time": "America/Denver",
    "central america": "America/Guatemala",
    "central time": "America/Chicago",
    "mexico city time": "America/Mexico_City",
    "saskatchewan": "America/Regina",
    "saskatchewan, guatemala, costa rica time": "America/Regina",
    "bogota, jamaica, lima time": "America/Bogota",
    "eastern time": "America/New_York",
    "indiana (east)": "America/Indiana/Indianapolis",
    "atlantic time": "America/Halifax",
    "atlantic time (canada)": "America/Halifax",
    "newfoundland": "America/St_Johns",
    "newfoundland time": "America/St_Johns",
    "brasilia": "America/Sao_Paulo",
    "brasilia time": "America/Sao_Paulo",
    "buenos aires time": "America/Argentina/Buenos_Aires",
    "caracas time": "America/Caracas",
    "georgetown": "America/Guyana",
    "greenland": "America/Nuuk",
    "mid-atlantic": "Atlantic/South_Georgia",
    "montevideo time": "America/Montevideo",
    "puerto rico": "America/Puerto_Rico",
    "santiago time": "America/Santiago",
    "cape verde is.": "Atlantic/Cape_Verde",
    "edinburgh": "Europe/London",
    "uk, ireland, lisbon time": "Europe/London",
    "bern": "Europe/Zurich",
    "central european time": "Europe/Berlin",
    "eastern european time": "Europe/Athens",
    "kyiv": "Europe/Kyiv",
    "st. petersburg": "Europe/Moscow",
    "moscow time": "Europe/Moscow",
    "turkey time": "Europe/Istanbul",
    "west central africa": "Africa/Lagos",
    "west africa time": "Africa/Lagos",
    "central africa time": "Africa/Maputo",
    "east africa time": "Africa/Nairobi",
    "south africa time": "Africa/Johannesburg",
    "pretoria": "Africa/Johannesburg",
    "harare": "Africa/Harare",
    "israel time": "Asia/Jerusalem",
    "abu dhabi": "Asia/Dubai",
    "dubai time": "Asia/Dubai",
    "islamabad": "Asia/Karachi",
    "chennai": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "india, sri lanka time": "Asia/Kolkata",
    "sri jayawardenepura": "Asia/Colombo",
    "astana": "Asia/Almaty",
    "ekaterinburg": "Asia/Yekaterinburg",
    "hanoi": "Asia/Bangkok",
    "indochina time": "Asia/Bangkok",
    "beijing": "Asia/Shanghai",
    "china, singapore, perth": "Asia/Shanghai",
    "ulaanbaatar": "Asia/Ulaanbaatar",
    "osaka": "Asia/Tokyo",
    "sapporo": "Asia/Tokyo",
    "japan, korea time": "Asia/Tokyo",
    "adelaide time": "Australia/Adelaide",
    "brisbane time": "Australia/Brisbane",
    "canberra": "Australia/Canberra",
    "sydney, melbourne time": "Australia/Sydney",
    "solomon is.": "Pacific/Guadalcanal",
    "new caledonia": "Pacific/Noumea",
    "marshall is.": "Pacific/Majuro",
    "wellington": "Pacific/Auckland",
    "auckland time": "Pacific/Auckland",
    "nuku'alofa": "Pacific/Tongatapu",
    "chatham is.": "Pacific/Chatham",
    "samoa": "Pacific/Apia",
    "tokelau is.": "Pacific/Fakaofo",
    "coordinated universal time": "Etc/UTC",
    "utc time": "Etc/UTC",
}
# Abbreviations that are one offset all year, or that mean several zones; with the zone that is probably meant.
_ABBREVIATIONS = {
    abbreviation: zone
    for zone, abbreviations in {
        "America/New_York": "est edt et",
        "America/Chicago": "cst cdt ct",
        "America/Denver": "mst mdt mt",
        "America/Los_Angeles": "pst pdt pt",
        "America/Anchorage": "akst akdt",
        "America/Halifax": "ast",
        "Europe/London": "gmt bst",
        "Europe/Dublin": "ist",
        "Europe/Berlin": "cest",
        "Europe/Athens": "eest",
        "Europe/Lisbon": "west",
        "Australia/Sydney": "aest aedt",
        "Australia/Adelaide": "acst",
        "Australia/Perth": "awst",
        "Pacific/Auckland": "nzst nzdt",
    }.items()
    for abbreviation in abbreviations.split()
}


@lru_cache(maxsize=128)
def zone_of_name(name: str) -> ZoneInfo | None:
    """Return the zone that a name in an export means; None if there is none. Raises NoZoneDatabase."""
    if "\0" not in name and (zone := known_zone(name)) is not None:
        return zone
    written = re.sub(r"^\((?:gmt|utc)[^)]*\) *", "", name.strip(), flags=re.IGNORECASE)
    written = re.sub(r" *\((?:gmt|utc)[^)]*\)$", "", written, flags=re.IGNORECASE)
    plain = re.sub(r" *(?:\((?:us *& *canada|us)\)|- *us *& *canada)$", "", written.casefold())
    found = _NAMES.get(plain) or _windows_names().get(written.casefold()) or _cities().get(plain)
    if found is None and written != name.strip():  # (UTC+01:00) Amsterdam, Berlin, Bern, Rome
        found = next(filter(None, map(_cities().get, plain.split(", "))), None)
    return known_zone(found) if found else None


def probable_zone(name: str) -> str | None:
    """Return the zone that an abbreviation such as EST probably means; None for other names."""
    return _ABBREVIATIONS.get(name.strip().casefold())


def misses_summer_time(name: str, moment: datetime) -> bool:
    """Whether a moment (UTC) in EST or GMT is in summer, when the clocks of a clinic there show another time."""
    probable = known_zone(probable_zone(name) or "")
    return probable is not None and bool(local(moment, probable).dst())


def fixed_name(name: str) -> str:
    """Return the name of the zone that has the offset of EST, MST or GMT all year."""
    return {"est": "Etc/GMT+5", "mst": "America/Phoenix"}.get(name.casefold(), "Etc/UTC")


@cache
def _windows_names() -> dict[str, str]:
    from tzlocal.windows_tz import win_tz

    return {name.casefold(): zone for name, zone in win_tz.items()}


@cache
def _cities() -> dict[str, str]:
    """Return the zones that are named after a place: "Berlin" is Europe/Berlin."""
    found: dict[str, str] = {}
    for name in sorted(zone_names()):
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("Etc", "US", "SystemV")):
            found.setdefault(city.replace("_", " ").casefold(), name)
    return found
