// Runs inside Thunderbird: imports a file into a calendar with Thunderbird's own import service, as "Tools, Import" does,
// and tells what the calendar then holds. Arguments: the file's path, the calendar's name, and whether to make it anew.
const [path, name, anew, done] = arguments;

const { cal } = ChromeUtils.importESModule("resource:///modules/calendar/calUtils.sys.mjs");
const { CalendarFileImporter } = ChromeUtils.importESModule("resource:///modules/CalendarFileImporter.sys.mjs");

function told(item) {
  const zoned = moment => (moment.isDate ? moment.icalString : moment.getInTimezone(cal.dtz.UTC).icalString);
  const occurrences = item.recurrenceInfo
    ? item.recurrenceInfo.getOccurrences(item.startDate, cal.createDateTime("21990101T000000Z"), 100)
    : [item];
  return {
    uid: item.id,
    title: item.title,
    text: item.getProperty("DESCRIPTION"),
    status: item.status,
    shown: item.getProperty("TRANSP"),
    starts: occurrences.map(one => zoned(one.startDate)),
    ends: occurrences.map(one => zoned(one.endDate)),
    rings: occurrences.flatMap(one =>
      one.getAlarms().map(alarm => [zoned(cal.alarms.calculateAlarmDate(one, alarm)), alarm.description])
    ),
  };
}

(async () => {
  let calendar = cal.manager.getCalendars().find(one => one.name == name);
  if (calendar && anew) {
    cal.manager.removeCalendar(calendar);
    calendar = null;
  }
  if (!calendar) {
    calendar = cal.manager.createCalendar("storage", Services.io.newURI("moz-storage-calendar://"));
    calendar.name = name;
    cal.manager.registerCalendar(calendar);
  }
  const file = Cc["@mozilla.org/file/local;1"].createInstance(Ci.nsIFile);
  file.initWithPath(path);
  const importer = new CalendarFileImporter();
  let refused = null;
  try {
    await importer.startImport(await importer.parseIcsFile(file), calendar);
  } catch (error) {
    refused = String(error.result ?? error);
  }
  const items = await calendar.getItemsAsArray(Ci.calICalendar.ITEM_FILTER_ALL_ITEMS, 0, null, null);
  return { refused, items: items.map(told) };
})().then(
  value => done(value),
  error => done({ failed: `${error}\n${error.stack}` })
);
