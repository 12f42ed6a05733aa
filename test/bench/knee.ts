/** Where the search begins, beside the knee of an earlier run. */
const BEGIN = 0.8
const STEP = 1.05
const BACK = 0.75
const LOWEST = 50
const HIGHEST = 3_000

export interface Steps {
  /** Runs a rate and says whether it held. */
  hold(perSecond: number): Promise<boolean>
  /** Removes what an overload left behind: Asterisk takes twice as long for a call for half a minute afterwards. */
  renew(): Promise<void>
}

/**
 * The knee: the highest rate that held before the first that did not, 5 % above. Each turn of a system has one such
 * search; the median of the turns counts. 0 where no rate held.
 */
export async function findKnee(near: number, { hold, renew }: Steps): Promise<number> {
  let rate = tidy(near * BEGIN)
  while (!(await hold(rate))) {
    rate = tidy(rate * BACK)
    if (rate < LOWEST) return 0
    await renew()
  }
  for (;;) {
    const next = Math.max(rate + 5, tidy(rate * STEP))
    if (next > HIGHEST || !(await hold(next))) return rate
    rate = next
  }
}

/** Rates are multiples of five. */
function tidy(rate: number): number {
  return Math.round(rate / 5) * 5
}
