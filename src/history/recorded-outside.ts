import type { Override } from '../hours/override.js'
import type { Answer, OutsideData, Remembered } from '../routing/outside-data.js'

/** What a decision was based on besides the call, as JSON: of tables and calendars the version only. */
export interface RecordedOutside {
  readonly overrides?: Readonly<Record<string, Override>>
  readonly calendars?: Readonly<Record<string, string>>
  readonly tables?: Readonly<Record<string, string>>
  readonly answers?: Readonly<Record<string, Answer>>
  readonly memory?: Remembered
}

/** `{ outside }`, or nothing where there is nothing to record. */
export function recordedOutside({ overrides, calendars, tables, answers, memory }: OutsideData): {
  outside?: RecordedOutside
} {
  const outside: RecordedOutside = {
    ...(overrides.size > 0 && { overrides: Object.fromEntries(overrides) }),
    ...(calendars.size > 0 && { calendars: versionsOf(calendars) }),
    ...(tables.size > 0 && { tables: versionsOf(tables) }),
    ...(answers.size > 0 && { answers: Object.fromEntries(answers) }),
    ...(memory !== undefined && { memory }),
  }
  return Object.keys(outside).length === 0 ? {} : { outside }
}

function versionsOf(all: ReadonlyMap<string, { readonly version: string }>): Record<string, string> {
  return Object.fromEntries([...all].map(([name, { version }]) => [name, version]))
}

/** What a recorded call was decided on, to decide it again: tables and calendars are as they are `now`. */
export function outsideOfCall(
  { outside: { overrides = {}, answers = {}, memory } = {} }: { readonly outside?: RecordedOutside },
  now: OutsideData,
): OutsideData {
  return {
    overrides: new Map(Object.entries(overrides)),
    calendars: now.calendars,
    tables: now.tables,
    answers: new Map(Object.entries(answers)),
    memory,
  }
}
