/** Milliseconds that one call spent in each step, as its decision record has them. */
export type Steps = Readonly<Record<(typeof STEPS)[number], number>>
export const STEPS = ['read', 'decide', 'write', 'continue'] as const

const ROUTED = /"event":"decision".*"outcome":"routed"/

const routedLines = (log: string) => log.split('\n').filter((line) => ROUTED.test(line))

/** How many decision records of routed calls a log of Doorman's holds. */
export function routedRecords(log: string): number {
  return routedLines(log).length
}

export function stepsOf(log: string): readonly Steps[] {
  return routedLines(log).map((line) => (JSON.parse(line) as { readonly ms: Steps }).ms)
}
