import type { Control } from '../../src/control/running-control.js'
import { fakeOverrides } from '../call/fake-overrides.js'
import { noConsole } from './no-console.js'

/** What a server has to offer where no test asks for it: everything but a few answers throws. */
export function noControl(parts: Partial<Control> = {}): Control {
  const none = () => {
    throw new Error('not asked for')
  }
  return {
    console: noConsole(),
    ...{ reload: none, rollback: none, forget: none, greetings: none, metrics: none },
    ...{ candidate: () => undefined, tables: () => [], overrides: fakeOverrides().overrides },
    fleet: undefined,
    vitals: () => ({
      ...{ ari: { isUp: true, problems: [] }, ami: { isUp: true } },
      ...{ stopping: false, revision: 'abc123def456' },
    }),
    ...parts,
  }
}
