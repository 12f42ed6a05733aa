import { LiveCalls } from '../../src/control/live-calls.js'
import type { Control } from '../../src/control/running-control.js'
import { fakeOverrides } from '../call/fake-overrides.js'

/** What a server has to offer where no test asks for it: everything but a few answers throws. */
export function noControl(parts: Partial<Control> = {}): Control {
  const none = () => {
    throw new Error('not asked for')
  }
  return {
    live: new LiveCalls(),
    store: {
      ...{ findCalls: async () => [], changes: async () => [], revisions: async () => [] },
      ...{ flush: async () => undefined },
      health: { isUp: true, bytes: 0, queued: 0, failures: 0, dropped: 0 },
    },
    ...{ explain: none, revision: none, preview: none, outside: none, health: () => [], sidesOf: none },
    ...{ reload: none, rollback: none, forget: none, greetings: none, rendered: none, metrics: none },
    ...{ candidate: () => undefined, tables: () => [], overrides: fakeOverrides().overrides },
    fleet: undefined,
    vitals: () => ({
      ...{ ari: { isUp: true, problems: [] }, ami: { isUp: true } },
      ...{ stopping: false, revision: 'abc123def456' },
    }),
    ...parts,
  }
}
