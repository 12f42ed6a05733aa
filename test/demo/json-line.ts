import { safeJson } from '../../src/lib/safe-text.js'
import { isOk, type Result } from './scenario.js'

/** One call as one line of JSON, for scripts. A call that reached no flow has an `error` that says why. */
export function jsonLine(result: Result): string {
  const { scenario, sight, error } = result
  const { from, to, headers, trunk, expected } = scenario
  return safeJson({
    ...{ from, to, headers, trunk, expected },
    landed: { context: sight?.context ?? null, state: sight?.state ?? null },
    rule: sight?.rule ?? null,
    ok: isOk(result),
    ...(sight === undefined ? { error: error ?? 'The call reached no flow.' } : {}),
  })
}
