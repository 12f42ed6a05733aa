/**
 * The knee: the highest rate that a system holds. Looked for with short runs, first upwards, then between the last
 * rate that held and the first that did not; the answer is then held for the whole time, or a lower one is. A rate that
 * did not hold is tried once more: something else on the machine may have had its moment.
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
  return downwards(near, search, hold)
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

async function downwards(near: number, search: KneeSearch, hold: Hold): Promise<number> {
  const lower = (rate: number) => Math.min(tidy(rate * (1 - search.resolution)), rate - 5)
  for (let rate = near; rate >= search.from / 2; rate = lower(rate)) {
    if (await hold(rate, 'whole')) return rate
  }
  return 0
}

/** Rates are multiples of five. */
function tidy(rate: number): number {
  return Math.round(rate / 5) * 5
}
