/**
 * The knee: the highest rate that a system holds. Looked for with short runs, first upwards, then between the last
 * rate that held and the first that did not. What these point to, runs of the whole time decide, in both directions: a
 * few calls make or break a short run. A rate that did not hold is tried once more: something else on the machine may
 * have had its moment.
 */

export interface KneeSearch {
  readonly from: number
  readonly to: number
  /** How near to the knee is near enough: the next rate tried is this share higher. */
  readonly resolution: number
  /** Each short run upwards has this many times the calls of the one before. */
  readonly stride: number
}

/** Runs a rate and says whether it held; `whole` runs it for the whole time. */
export type Hold = (perSecond: number, length: 'short' | 'whole') => Promise<boolean>

/** 0 where not even the lowest rate holds. */
export async function findKnee(search: KneeSearch, holdOnce: Hold): Promise<number> {
  const hold: Hold = async (rate, length) => (await holdOnce(rate, length)) || holdOnce(rate, length)
  const [good, bad] = await upwards(search, hold)
  const near = await between(good, bad, search, hold)
  return byWholeRuns(near, search, hold)
}

async function upwards({ from, to, stride }: KneeSearch, hold: Hold): Promise<readonly [number, number]> {
  let good = 0
  for (let rate = from; rate <= to; rate = tidy(rate * stride)) {
    if (!(await hold(rate, 'short'))) return [good, rate]
    good = rate
  }
  return [good, good]
}

async function between(good: number, bad: number, search: KneeSearch, hold: Hold): Promise<number> {
  let [low, high] = [good, bad]
  while (high - low > 2 * search.resolution * high) {
    const middle = tidy((low + high) / 2)
    if (middle <= low || middle >= high) break
    if (await hold(middle, 'short')) low = middle
    else high = middle
  }
  return low
}

async function byWholeRuns(near: number, search: KneeSearch, hold: Hold): Promise<number> {
  const { from, to, resolution } = search
  let held = 0
  for (let rate = near; held === 0 && rate >= from / 2; rate = lower(rate, resolution)) {
    if (await hold(rate, 'whole')) held = rate
  }
  if (held === 0 || held < near) return held
  for (let rate = higher(held, resolution); rate <= to; rate = higher(held, resolution)) {
    if (!(await hold(rate, 'whole'))) break
    held = rate
  }
  return held
}

const lower = (rate: number, share: number) => Math.min(tidy(rate * (1 - share)), rate - 5)
const higher = (rate: number, share: number) => Math.max(tidy(rate * (1 + share)), rate + 5)

/** Rates are multiples of five. */
function tidy(rate: number): number {
  return Math.round(rate / 5) * 5
}
