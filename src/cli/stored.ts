/** What the commands that read the database share. */
import { accessSync, constants } from 'node:fs'
import { resolve } from 'node:path'
import { storedCopies } from '../calendars/calendars.js'
import type { Revision } from '../flows/revision.js'
import { findVisits, type NumberedCall } from '../history/recorded-calls.js'
import { rememberedFor } from '../memory/caller-memory.js'
import { maskNumbers } from '../observability/masking.js'
import type { CallContext } from '../routing/call-context.js'
import { whyNotRemembered } from '../routing/condition.js'
import { NO_OUTSIDE_DATA, type OutsideData, type Remembered } from '../routing/outside-data.js'
import { type Settings, userName } from '../settings/index.js'
import { DATABASE_FILE } from '../store/database.js'
import { readNumberHash } from '../store/number-hash.js'
import { StoreReader } from '../store/store.js'
import { storedTables } from '../tables/tables.js'
import { printError, Refusal, withRevision } from './command.js'

/** @throws Refusal where there is no database, or this user may not read it. */
export function storeIn({ DOORMAN_DATA: data }: Pick<Settings, 'DOORMAN_DATA'>): StoreReader {
  const file = resolve(data, DATABASE_FILE)
  try {
    accessSync(file, constants.R_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    const says = isMissing
      ? 'does not exist: no Doorman has run with this data folder yet.\n' +
        'Give the folder of the running one with --data or DOORMAN_DATA.'
      : `cannot be read by the user ${userName()}.\n` +
        'Run this command as the user that runs Doorman, or with sudo.'
    throw new Refusal('no_data', `${file} ${says}`)
  }
  return new StoreReader(data)
}

/** The country in which a number is read that is written without a country code. @throws FlowFilesError */
export async function countryOf(written: string, { DOORMAN_FLOWS: flows }: Settings) {
  if (written.trim().startsWith('+')) return undefined
  return withRevision(flows, async ({ routing }) => routing.defaultCountry)
}

/** The visits of a call, the first one first. @throws Refusal where none is recorded. */
export async function visitsOf(
  settings: Settings,
  named: string,
): Promise<readonly [NumberedCall, ...NumberedCall[]]> {
  const [first, ...more] = await findVisits(storeIn(settings), named)
  if (first !== undefined) return [first, ...more]
  const says =
    named === 'last'
      ? `No call is recorded in ${settings.DOORMAN_DATA} yet.`
      : `No call ${named} is recorded in ${settings.DOORMAN_DATA}; "doorman calls" lists those that are.`
  throw new Refusal('call_not_found', `${says}${notRecorded(settings)}`)
}

/** Why there may be no record of a call that there was. */
export function notRecorded({ DOORMAN_KEEP_CALLS: days }: Settings): string {
  return days === 0 ? '\nWith DOORMAN_KEEP_CALLS=0 no calls are recorded.' : ''
}

/** The record as it may be shown. */
export function shown(call: NumberedCall, { DOORMAN_MASK_NUMBERS: isMasked }: Settings): NumberedCall {
  return isMasked ? ({ ...maskNumbers({ ...call }), number: call.number } as NumberedCall) : call
}

/** What rules may know besides the call, for a command: from the data folder, as it is now. */
export async function storedOutside(settings: Settings, { routing }: Revision): Promise<OutsideData> {
  const stored = await new StoreReader(settings.DOORMAN_DATA).overrides().catch((error: Error) => {
    printError(`Note: overrides are not known: ${error.message}`)
    return []
  })
  const overrides = new Map(stored.map(({ name, ...override }) => [name, override]))
  const calendars = await storedCopies(settings.DOORMAN_DATA, routing.hours.values())
  const tables = await storedTables(settings.DOORMAN_DATA, routing)
  return { ...NO_OUTSIDE_DATA, overrides, calendars, tables }
}

/** What is remembered of the caller; a note on standard error says where the database cannot be read. */
export async function storedMemory(
  { DOORMAN_DATA: data, DOORMAN_MASK_NUMBERS: isMasked }: Settings,
  context: CallContext,
): Promise<Remembered | undefined> {
  if (whyNotRemembered(context) !== undefined) return undefined
  const { number } = context.caller
  try {
    const hash = isMasked ? await readNumberHash(data) : undefined
    const caller = await new StoreReader(data).caller([hash?.(number) ?? number])
    return rememberedFor(caller, context, '')
  } catch (error) {
    printError(`Note: what is remembered of ${number} is not known: ${(error as Error).message}`)
    return undefined
  }
}
