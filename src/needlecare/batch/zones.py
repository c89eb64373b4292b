"""The names of time zones in exports: IANA names, and those of Rails, Calendly and Windows."""

import re
from datetime import datetime
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from needlecare.time.zones import known_zone, local, zone_names

# Rails (ActiveSupport::TimeZone) and Calendly name most zones after a city: "London", "Berlin". These are the others.
_NAMES = {
    name: zone
    for zone, names in {
        "Etc/GMT+12": "international date line west",
        "Pacific/Midway": "midway island",
        "Pacific/Pago_Pago": "american samoa",
        "Pacific/Honolulu": "hawaii|hawaii time",
        "America/Juneau": "alaska",
        "America/Anchorage": "alaska time",
        "America/Los_Angeles": "pacific time",
        "America/Phoenix": "arizona|arizona time|arizona, yukon time",
        "America/Denver": "mountain time",
        "America/Guatemala": "central america",
        "America/Chicago": "central time",
        "America/Mexico_City": "mexico city time",
        "America/Regina": "saskatchewan|saskatchewan, guatemala, costa rica time",
        "America/Bogota": "bogota, jamaica, lima time",
        "America/New_York": "eastern time",
        "America/Indiana/Indianapolis": "indiana (east)",
        "America/Halifax": "atlantic time|atlantic time (canada)",
        "America/St_Johns": "newfoundland|newfoundland time",
        "America/Sao_Paulo": "brasilia|brasilia time",
        "America/Argentina/Buenos_Aires": "buenos aires time",
        "America/Caracas": "caracas time",
        "America/Guyana": "georgetown",
        "America/Nuuk": "greenland",
        "Atlantic/South_Georgia": "mid-atlantic",
        "America/Montevideo": "montevideo time",
        "America/Santiago": "santiago time",
        "Atlantic/Cape_Verde": "cape verde is.",
        "Europe/London": "edinburgh|uk, ireland, lisbon time",
        "Europe/Zurich": "bern",
        "Europe/Berlin": "central european time",
        "Europe/Athens": "eastern european time",
        "Europe/Moscow": "st. petersburg|moscow time",
        "Europe/Istanbul": "turkey time",
        "Africa/Lagos": "west central africa|west africa time",
        "Africa/Maputo": "central africa time",
        "Africa/Nairobi": "east africa time",
        "Africa/Johannesburg": "south africa time|pretoria",
        "Asia/Jerusalem": "israel time",
        "Asia/Dubai": "abu dhabi|dubai time",
        "Asia/Karachi": "islamabad",
        "Asia/Kolkata": "chennai|mumbai|new delhi|india, sri lanka time",
        "Asia/Colombo": "sri jayawardenepura",
        "Asia/Almaty": "astana",
        "Asia/Yekaterinburg": "ekaterinburg",
        "Asia/Bangkok": "hanoi|indochina time",
        "Asia/Shanghai": "beijing|china, singapore, perth",
        "Asia/Tokyo": "osaka|sapporo|japan, korea time",
        "Australia/Adelaide": "adelaide time",
        "Australia/Brisbane": "brisbane time",
        "Australia/Sydney": "sydney, melbourne time",
        "Pacific/Guadalcanal": "solomon is.",
        "Pacific/Noumea": "new caledonia",
        "Pacific/Majuro": "marshall is.",
        "Pacific/Auckland": "wellington|auckland time",
        "Pacific/Tongatapu": "nuku'alofa",
        "Pacific/Chatham": "chatham is.",
        "Pacific/Apia": "samoa",
        "Pacific/Fakaofo": "tokelau is.",
        "Etc/UTC": "coordinated universal time|utc time",
    }.items()
    for name in names.split("|")
}
# Abbreviations that mean one offset all year, or several zones; each with the zone that is probably meant.
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
    """Return the zone that a name in an export means; None if it means none. Raises NoZoneDatabase."""
    if "\0" not in name and (zone := known_zone(name)) is not None:
        return zone
    written = re.sub(r"^\((?:gmt|utc)[^)]*\) *", "", name.strip(), flags=re.IGNORECASE)
    written = re.sub(r" *\((?:gmt|utc)[^)]*\)$", "", written, flags=re.IGNORECASE)
    place = re.sub(r" *(?:\((?:us *& *canada|us)\)|- *us *& *canada)$", "", written.casefold())
    found = _NAMES.get(place) or _windows_names().get(written.casefold()) or _cities().get(place)
    if found is None and written != name.strip():  # (UTC+01:00) Amsterdam, Berlin, Bern, Rome
        found = next(filter(None, map(_cities().get, place.split(", "))), None)
    return known_zone(found) if found else None


def probable_zone(name: str) -> str | None:
    """Return the zone that an abbreviation such as EST probably means; None for other names."""
    return _ABBREVIATIONS.get(name.strip().casefold())


def misses_summer_time(name: str, moment: datetime) -> bool:
    """Whether a zone such as EST or GMT never changes, though the clocks there show summer time at a moment (UTC)."""
    probable = probable_zone(name)
    zone = known_zone(probable) if probable else None
    return zone is not None and bool(local(moment, zone).dst())


def fixed_name(name: str) -> str:
    """Return another name of a zone with the offset of EST, MST or GMT all year, by which somebody can insist on it."""
    return {"est": "Etc/GMT+5", "mst": "America/Phoenix"}.get(name.casefold(), "Etc/UTC")


@cache
def _windows_names() -> dict[str, str]:
    """Return the zones by the names that Windows has for them: "W. Europe Standard Time"."""
    from tzlocal.windows_tz import win_tz

    return {name.casefold(): zone for name, zone in win_tz.items()}


@cache
def _cities() -> dict[str, str]:
    """Return the zones by the places that they are named after: "Berlin" is Europe/Berlin."""
    found: dict[str, str] = {}
    for name in sorted(zone_names()):
        area, _, city = name.rpartition("/")
        if area and not area.startswith(("Etc", "US", "SystemV")):
            found.setdefault(city.replace("_", " ").casefold(), name)
    return found
