import { Databases } from '../databases/databases.js'
import { askHttp, HttpError } from '../lib/http-client.js'
import { fillHeaders } from '../lib/secret-text.js'
import { type Lookup, sourceOf } from '../routing/lookup.js'
import type { Settings } from '../settings/index.js'
import { check, ok, type Result, sentence, warning } from './check.js'

const MS = 3_000

/** Whether the sources of lookups can be reached from here. None is asked about a caller. */
export const LOOKUPS = check('lookups', ['flows'], async ({ flows, settings }) => {
  const databases = new Databases(settings.databases)
  const lookups = [...flows.revision.routing.lookups.values()]
  const results = await Promise.all(lookups.map((lookup) => reach(lookup, databases, settings)))
  await databases.stop()
  return results
})

async function reach(lookup: Lookup, databases: Databases, { secrets }: Settings): Promise<Result> {
  const { name, kind, database, headers } = lookup
  const source = sourceOf(lookup)
  try {
    fillHeaders(headers, secrets)
    if (kind === 'sql') await databases.sql(database).query('SELECT 1', new Map(), MS)
    else if (kind === 'redis') await databases.redis(database).type(name, MS)
    else await reachServer(new URL(lookup.text.pieces[0] ?? '').origin)
    return ok(`${name}: ${source} can be reached.`)
  } catch (error) {
    const says = `${name}: ${sentence((error as Error).message)} Calls are decided without its answers.`
    return warning(says, `Check ${source} and the settings that lead to it.`)
  }
}

/** Whatever it answers: only the lookup's own path has to be there. */
async function reachServer(origin: string): Promise<void> {
  await askHttp(new URL(origin), { ms: MS, maxBytes: 65_536 }).catch((error: unknown) => {
    if (!(error instanceof HttpError) || (error.fault !== 'status' && error.fault !== 'too_large'))
      throw error
  })
}
