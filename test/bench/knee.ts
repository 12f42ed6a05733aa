/**
 * The knee: the highest rate that a system holds. Short runs lead near it. From there every system climbs a ladder, up
 * where a run of the whole time held and down where it did not, and the systems take turns, a run each: the speed of a
 * machine drifts by more in half an hour than the systems differ.
 */

export interface KneeSearch {
  readonly from: number
  readonly to: number
  /** How near to the knee is near enough: from one rung to the next the rate is this share higher. */
  readonly resolution: number
  /** Each short run upwards has this many times the calls of the one before. */
  readonly stride: number
}

/** Runs a rate for a short time and says whether it held. */
export type Hold = (perSecond: number) => Promise<boolean>

/**
 * A rate that held in short runs, not far below one that did not. That one was tried twice: something else on the
 * machine may have had its moment. 0 where none holds.
 */
export async function nearKnee(search: KneeSearch, holdOnce: Hold): Promise<number> {
  const hold: Hold = async (rate) => (await holdOnce(rate)) || holdOnce(rate)
  const [good, bad] = await upwards(search, hold)
  return between(good, bad, search, hold)
}

async function upwards({ from, to, stride }: KneeSearch, hold: Hold): Promise<readonly [number, number]> {
  let good = 0
  for (let rate = from; rate <= to; rate = tidy(rate * stride)) {
    if (!(await hold(rate))) return [good, rate]
    good = rate
  }
  return [good, good]
}

async function between(good: number, bad: number, search: KneeSearch, hold: Hold): Promise<number> {
  let [low, high] = [good, bad]
  while (high - low > 2 * search.resolution * high) {
    const middle = tidy((low + high) / 2)
    if (middle <= low || middle >= high) break
    if (await hold(middle)) low = middle
    else high = middle
  }
  return low
}

/** So many rungs it goes in one step until it has turned once. */
const STRIDE = 2

/** An up-and-down series (Dixon and Mood, 1948): the next rate is above one that held, and below one that did not. */
export class Ladder {
  readonly #near: number
  readonly #resolution: number
  /** How often each rung held, less how often it did not. */
  readonly #balance = new Map<number, number>()
  #rung = 0
  #direction = 0
  #stride = STRIDE

  constructor(near: number, resolution: number) {
    this.#near = near
    this.#resolution = resolution
  }

  /** What is to be tried next. */
  get rate(): number {
    return this.#rateOf(this.#rung)
  }

  take(hasHeld: boolean): void {
    const direction = hasHeld ? 1 : -1
    this.#balance.set(this.#rung, (this.#balance.get(this.#rung) ?? 0) + direction)
    if (this.#direction !== 0 && direction !== this.#direction) this.#stride = 1
    this.#direction = direction
    this.#rung += direction * this.#stride
  }

  /** The highest rate that held more often than not; 0 where none did. */
  get knee(): number {
    const good = [...this.#balance].filter(([, balance]) => balance > 0).map(([rung]) => rung)
    return good.length === 0 ? 0 : this.#rateOf(Math.max(...good))
  }

  #rateOf(rung: number): number {
    return tidy(this.#near * (1 + this.#resolution) ** rung)
  }
}

/** Rates are multiples of five. */
function tidy(rate: number): number {
  return Math.round(rate / 5) * 5
}
