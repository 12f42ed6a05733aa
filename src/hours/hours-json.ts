import { type CalendarCopy, calendarName } from './calendar.js'
import { describeDay, type Hours, nextChange, stateAt, timesOf } from './hours.js'
import { formatTimes } from './opening-hours.js'
import { formatDate, zoneOf } from './wall-clock.js'

/** The copies of calendars, by their URL. */
export type Copies = ReadonlyMap<string, CalendarCopy>

/** The days from today on, in the zone of the hours. */
export function daysFrom({ zone }: Hours, now: number, next: number): readonly number[] {
  const today = zoneOf(zone).wallClock(now).day
  return Array.from({ length: next }, (_, after) => today + after)
}

export type HoursJson = ReturnType<typeof hoursJson>

/** Hours as `doorman hours --json` and the console have them; scripts rely on these keys. */
export function hoursJson(hours: Hours, now: number, next: number, copies: Copies = new Map()) {
  const change = nextChange(hours, now)
  return {
    ...{ name: hours.name, zone: hours.zone, ...stateAt(hours, now) },
    changes: change === undefined ? null : new Date(change).toISOString(),
    calendars: hours.calendars.map(({ location, refresh, calendar }) => {
      const checked = refresh === undefined ? undefined : copies.get(location)?.checked
      return {
        ...{ calendar: calendarName(location), loaded: calendar !== undefined },
        checked: checked === undefined ? null : new Date(checked).toISOString(),
        last: calendar?.last === undefined ? null : formatDate(calendar.last),
      }
    }),
    days: daysFrom(hours, now, next).map((day) => ({
      date: formatDate(day),
      times: timesOf(hours, day).map((range) => formatTimes([range])),
      text: describeDay(hours, day),
    })),
  }
}
