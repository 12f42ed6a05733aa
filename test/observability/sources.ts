import type { MetricsSources, ObservedCall } from '../../src/observability/metrics.js'

/** A Doorman for which all is well and nothing has happened. */
export const SOURCES: MetricsSources = {
  mask: false,
  ari: { isUp: true },
  ami: { isUp: true },
  activeCalls: () => 0,
  overrides: () => 0,
  database: () => ({ isUp: true, bytes: 0, queued: 0, failures: 0, dropped: 0 }),
  greetings: () => ({ bytes: 0, waiting: 0, rendered: 0, failed: 0 }),
  calendars: () => [
    { name: 'calendar.example/holidays.ics', age: 60, isUp: true },
    { name: 'calendar.example/never.ics', age: undefined, isUp: false },
  ],
  fleet: () => ({ name: 'berlin', isUp: true, drifts: false, refused: false }),
  tables: () => [],
}

export const CALL: ObservedCall = {
  ...{ at: '2030-01-01T12:00:00.000Z', call: '1700000000.42', sipCallId: 'a84b4c76e66710' },
  ...{ callerNumber: '+15551234567', calleeNumber: '+15557654321', trunk: null, branch: null },
  ...{ readBy: 'dialplan', revision: 'abcdef012345', rule: 'otherwise', flow: 'main', outcome: 'routed' },
  ...{ hearsay: [], ms: {} },
}
