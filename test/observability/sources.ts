import type { MetricsSources } from '../../src/observability/metrics.js'

/** A Doorman for which all is well and nothing has happened. */
export const SOURCES: MetricsSources = {
  ari: { isUp: true },
  ami: { isUp: true },
  activeCalls: () => 0,
  database: () => ({ isUp: true, bytes: 0, queued: 0, failures: 0, dropped: 0 }),
}
