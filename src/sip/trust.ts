import { canonicalName } from './headers.js'

/**
 * Whom to believe, and about what. Items are header names, `caller_number` (Asterisk's caller ID) and
 * `verstat` (the STIR/SHAKEN result that a trunk reports in a URI). Whoever is not named is believed about
 * nothing: a header is hearsay until an admin says otherwise.
 */
export class Trust {
  static readonly nobody = new Trust(new Map())
  /** Trunk → what it is believed about, headers in lower case and written out. */
  readonly believed: ReadonlyMap<string, ReadonlySet<string>>
  /** The trunks that are named at all. */
  readonly trunks: ReadonlySet<string>

  /** @param believed trunk (its PJSIP endpoint) → items, in any case, headers also in their compact form. */
  constructor(believed: ReadonlyMap<string, ReadonlySet<string>>) {
    const canonical = [...believed].map(([trunk, items]): [string, ReadonlySet<string>] => [
      trunk,
      new Set([...items].map(canonicalName)),
    ])
    this.believed = new Map(canonical)
    this.trunks = new Set(this.believed.keys())
  }

  /** Whether `trunk` is believed about `item`. A call without a trunk is believed about nothing. */
  believes(trunk: string | undefined, item: string): boolean {
    if (trunk === undefined) return false
    return this.believed.get(trunk)?.has(canonicalName(item)) ?? false
  }
}
