/** `warning`: calls go well, but something is not as it should be. `fault`: calls go wrong, or will. */
export type Verdict = 'ok' | 'warning' | 'fault'

/** What doctor looks at, in the order in which it reports. */
export const CHECKS = [
  'settings',
  'flow files',
  'ARI',
  'ARI rights',
  'version',
  'modules',
  'application',
  'AMI',
  'AMI rights',
  'AMI admin',
  'HTTP sessions',
  'WebSocket timeout',
  'entry contexts',
  'flow contexts',
  'trunks',
  'clock',
  'time zone',
] as const
export type Check = (typeof CHECKS)[number]

/** One line of doctor's report. */
export interface Finding {
  readonly check: Check
  readonly verdict: Verdict
  /** What was found, in a sentence. */
  readonly says: string
  /** What to do about it; null where all is well. */
  readonly remedy: string | null
}

export function ok(check: Check, says: string): Finding {
  return { check, verdict: 'ok', says, remedy: null }
}

export function warning(check: Check, says: string, remedy: string): Finding {
  return { check, verdict: 'warning', says, remedy }
}

export function fault(check: Check, says: string, remedy: string): Finding {
  return { check, verdict: 'fault', says, remedy }
}
