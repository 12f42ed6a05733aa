import { isE164 } from '../../sip/phone-number.js'

/** A number that recorded calls had. */
export interface CalledNumber {
  /** As it is compared. */
  readonly number: string
  /** As the first of these calls had it. */
  readonly asCame: string
  readonly count: number
}

/** Fewer digits are extensions, and 1001 is no slip of 1002. */
const SHORTEST = 7

/** The numbers of one side of recorded calls, and those of them that are near to another one. */
export class CalledNumbers {
  readonly #byNumber = new Map<string, CalledNumber>()
  #byDigits: ReadonlyMap<string, CalledNumber> | undefined
  #byEnd: ReadonlyMap<string, readonly CalledNumber[]> | undefined

  add(number: string, asCame: string): void {
    const known = this.#byNumber.get(number)
    this.#byNumber.set(number, { number, asCame: known?.asCame ?? asCame, count: (known?.count ?? 0) + 1 })
  }

  has(number: string): boolean {
    return this.#byNumber.has(number)
  }

  get all(): Iterable<CalledNumber> {
    return this.#byNumber.values()
  }

  /**
   * Of the numbers that are one digit away, or end on the same seven digits, the one that came most often.
   *
   * @param same what of two numbers that end alike counts as near; by default all.
   * @param isKnown leaves out numbers that are written somewhere themselves: nobody mistook those for another.
   */
  nearest(
    number: string,
    isKnown: (number: string) => boolean,
    same: (a: string, b: string) => boolean = () => true,
  ): CalledNumber | undefined {
    const digits = digitsOf(number)
    if (digits.length < SHORTEST) return undefined
    const sameEnd = this.#ends().get(digits.slice(-SHORTEST)) ?? []
    const near = [
      ...sameEnd.filter((one) => same(number, one.number)),
      ...variants(digits).flatMap((variant) => this.#digits().get(variant) ?? []),
    ]
    const meant = near.filter((one) => one.number !== number && !isKnown(one.number))
    return meant.sort((a, b) => b.count - a.count)[0]
  }

  /** Those that end on the same seven digits, by those digits. */
  #ends(): ReadonlyMap<string, readonly CalledNumber[]> {
    this.#byEnd ??= grouped(this.#byNumber.values(), ({ number }) => digitsOf(number).slice(-SHORTEST))
    return this.#byEnd
  }

  #digits(): ReadonlyMap<string, CalledNumber> {
    this.#byDigits ??= new Map([...this.#byNumber.values()].map((one) => [digitsOf(one.number), one]))
    return this.#byDigits
  }
}

/** The items by what they have in common. */
export function grouped<K, T>(items: Iterable<T>, keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}

/**
 * Whether two numbers that end alike could be one: of two in E.164 the country and the area are known to
 * differ, while what could not be read lacks them, or has zeros in front.
 */
export function isSameLine(a: string, b: string): boolean {
  const [one, other] = [bareDigits(a), bareDigits(b)]
  if (isE164(a) && isE164(b)) return false
  if (Math.min(one.length, other.length) < SHORTEST) return false
  return one.endsWith(other) || other.endsWith(one)
}

function digitsOf(number: string): string {
  return number.replace(/\D/g, '')
}

function bareDigits(number: string): string {
  return digitsOf(number).replace(/^0+/, '')
}

/** Every text that is one digit away: one left out, one changed, one more. */
function variants(digits: string): readonly string[] {
  const found = new Set<string>()
  for (let at = 0; at <= digits.length; at++) {
    const [before, after] = [digits.slice(0, at), digits.slice(at)]
    for (let digit = 0; digit <= 9; digit++) {
      found.add(`${before}${digit}${after}`)
      if (after !== '') found.add(`${before}${digit}${after.slice(1)}`)
    }
    if (after !== '') found.add(before + after.slice(1))
  }
  found.delete(digits)
  return [...found]
}
