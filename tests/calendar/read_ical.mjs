// What ical.js, Thunderbird's engine, reads in calendar files: their names as arguments, JSON out.
// NEEDLECARE_ICAL_JS names the folder that holds its node_modules.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const resolved = createRequire(`${process.env.NEEDLECARE_ICAL_JS}/`).resolve("ical.js");
const imported = await import(pathToFileURL(resolved));
const ICAL = imported.default ?? imported;

// A date as a date; a moment in UTC, whatever zone of the file it is written in.
const told = (time) =>
  time.isDate ? time.toString() : new Date(time.toUnixTime() * 1000).toISOString();

function* occurrences(event) {
  const all = event.iterator();
  for (let next = all.next(); next; next = all.next()) yield told(next);
}

const read = (component) => {
  const event = new ICAL.Event(component);
  return {
    uid: event.uid,
    start: told(event.startDate),
    end: told(event.endDate),
    allDay: event.startDate.isDate,
    title: event.summary,
    text: event.description,
    status: component.getFirstPropertyValue("status") ?? "",
    alarms: component
      .getAllSubcomponents("valarm")
      .map((alarm) => alarm.getFirstPropertyValue("trigger").toSeconds()),
    occurrences: event.isRecurring() ? [...occurrences(event)] : [],
  };
};

const files = process.argv.slice(2).map((name) => {
  const calendar = new ICAL.Component(ICAL.parse(readFileSync(name, "utf8")));
  return {
    events: calendar.getAllSubcomponents("vevent").map(read),
    written: calendar.toString(), // the same file as this client would save it
  };
});
process.stdout.write(JSON.stringify(files));
