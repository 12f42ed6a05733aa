import { storedCopies } from '../calendars/stored-calendar.js'
import type { Revision } from '../flows/revision.js'
import { rememberedFor } from '../memory/caller-memory.js'
import type { CallContext } from '../routing/call-context.js'
import { whyNotRemembered } from '../routing/memory.js'
import { NO_OUTSIDE_DATA, type OutsideData, type Remembered } from '../routing/outside-data.js'
import type { Settings } from '../settings/index.js'
import { readNumberHash } from '../store/number-hash.js'
import { StoreReader } from '../store/store.js'
import { readCopies } from '../tables/copy.js'
import { printError } from './command.js'

/** What rules may know besides the call, for a command: from the data folder, as it is now. */
export async function storedOutside(settings: Settings, { routing }: Revision): Promise<OutsideData> {
  const stored = await new StoreReader(settings.DOORMAN_DATA).overrides().catch((error: Error) => {
    printError(`Note: overrides are not known: ${error.message}`)
    return []
  })
  const overrides = new Map(stored.map(({ name, ...override }) => [name, override]))
  const calendars = await storedCopies(settings.DOORMAN_DATA, routing.hours.values())
  const tables = await readCopies(settings.DOORMAN_DATA, routing)
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
