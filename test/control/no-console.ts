import { LiveCalls } from '../../src/control/live-calls.js'
import type { ConsoleSource } from '../../src/control/running-control.js'

/** For servers whose console no test looks at. */
export function noConsole(): ConsoleSource {
  const none = () => {
    throw new Error('not asked for')
  }
  return {
    live: new LiveCalls(),
    store: {
      ...{
        findCalls: async () => [],
        changes: async () => [],
        revisions: async () => [],
        flush: async () => undefined,
      },
      health: { isUp: true, bytes: 0, queued: 0, failures: 0, dropped: 0 },
    },
    ...{ explain: none, revision: none, preview: none, outside: none },
    ...{ health: () => [], greetings: none, sidesOf: none },
  }
}
