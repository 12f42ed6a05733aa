/** The last good copy of a calendar in the data folder: `calendars/<hash of its URL>.json`. */
import { hash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { type ReadCalendar, readInThread } from '../flows/calendar-thread.js'
import type { CalendarCopy } from '../hours/calendar.js'
import type { Hours } from '../hours/hours.js'
import { replaceFile } from '../lib/replace-file.js'

const StoredSchema = z.object({
  url: z.string(),
  /** Milliseconds since 1970. */
  checked: z.number(),
  etag: z.string().optional(),
  text: z.string(),
})

export type StoredCalendar = z.infer<typeof StoredSchema>

/** The calendars that hours name by URL, each with the zones in which it is read, and the shortest times. */
export function namedCalendars(
  hours: Iterable<Hours>,
): ReadonlyMap<
  string,
  { readonly zones: readonly string[]; readonly every: number; readonly maxAge: number }
> {
  const named = [...hours].flatMap(({ zone, calendars }) =>
    calendars.flatMap(({ location, refresh }) =>
      refresh === undefined ? [] : [{ location, zone, refresh }],
    ),
  )
  return new Map(
    [...Map.groupBy(named, ({ location }) => location)].map(([location, all]) => [
      location,
      {
        zones: [...new Set(all.map(({ zone }) => zone))].sort(),
        every: Math.min(...all.map(({ refresh }) => refresh.every)),
        maxAge: Math.min(...all.map(({ refresh }) => refresh.maxAge)),
      },
    ]),
  )
}

function fileOf(folder: string, url: string): string {
  return join(folder, 'calendars', `${hash('sha256', url).slice(0, 16)}.json`)
}

/** Undefined where there is none that can be used. */
export async function loadCalendar(folder: string, url: string): Promise<StoredCalendar | undefined> {
  const text = await readFile(fileOf(folder, url), 'utf8').catch(() => '')
  try {
    const stored = StoredSchema.parse(JSON.parse(text))
    return stored.url === url ? stored : undefined
  } catch {
    return undefined
  }
}

/** Written whole or not at all. @throws Error of the file system */
export async function storeCalendar(folder: string, calendar: StoredCalendar): Promise<void> {
  await mkdir(join(folder, 'calendars'), { recursive: true, mode: 0o700 })
  await replaceFile(fileOf(folder, calendar.url), JSON.stringify(calendar))
}

/** @throws Error whose message says, with its line, what of the calendar cannot be read */
export function copyOf(
  { text, checked }: Pick<StoredCalendar, 'text' | 'checked'>,
  read: ReadCalendar | undefined,
): CalendarCopy {
  if (read === undefined || 'message' in read) throw new Error(`line ${read?.line}: ${read?.message}.`)
  return { version: hash('sha256', text).slice(0, 12), checked, inZone: read }
}

/** The last good copies of calendars, read in one thread. One that is missing was never loaded. */
export async function loadCopies(
  folder: string,
  named: Iterable<readonly [url: string, { readonly zones: readonly string[] }]>,
): Promise<ReadonlyMap<string, CalendarCopy>> {
  const stored: (StoredCalendar & { readonly zones: readonly string[] })[] = []
  for (const [url, { zones }] of named) {
    const one = await loadCalendar(folder, url)
    if (one !== undefined) stored.push({ ...one, zones })
  }
  const read = stored.length === 0 ? [] : await readInThread(stored)
  return new Map(
    stored.flatMap((one, at) => {
      const calendar = read[at] ?? new Map()
      return 'message' in calendar ? [] : [[one.url, copyOf(one, calendar)] as const]
    }),
  )
}

/** For a command: the last good copies of the calendars that hours name. */
export function storedCopies(folder: string, hours: Iterable<Hours>): ReturnType<typeof loadCopies> {
  return loadCopies(folder, namedCalendars(hours))
}
