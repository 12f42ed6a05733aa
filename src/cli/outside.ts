import { storedCopies } from '../calendars/stored-calendar.js'
import type { Revision } from '../flows/revision.js'
import { NO_OUTSIDE_DATA, type OutsideData } from '../routing/outside-data.js'
import type { Settings } from '../settings/index.js'

/** What rules may know besides the call, for a command: from the data folder, as it is now. */
export async function storedOutside(
  { DOORMAN_DATA: data }: Settings,
  { routing }: Revision,
): Promise<OutsideData> {
  return { ...NO_OUTSIDE_DATA, calendars: await storedCopies(data, routing.hours.values()) }
}
