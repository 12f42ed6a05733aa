import {
  type CountryCode,
  getCountryCallingCode,
  isSupportedCountry,
  parsePhoneNumberFromString,
} from 'libphonenumber-js/min'
import { parseAddress, parseAddressList, type SipAddress } from './uri.js'

/** The one word for a caller who withheld the number. */
export const ANONYMOUS = 'anonymous'

/** What trunks send where a caller withheld the number: in RFC 3323, in Asterisk, and in the wild. */
const WITHHELD = new Set(['', ANONYMOUS, 'unavailable', 'restricted', 'private', 'unknown', 'withheld'])

const E164 = /^\+[1-9]\d{6,14}$/

/** National numbers with fewer digits are extensions: `1001` must not become +491001. */
const SHORTEST_NATIONAL = 7

/** True for `+` and 7 to 15 digits. Says nothing about whether the number was ever assigned. */
export function isE164(text: string): boolean {
  return E164.test(text)
}

/** True for what may be dialled (digits, `+`, `*`, `#` and the usual separators); false for names and words. */
export function isNumberLike(text: string): boolean {
  return /^[+*#(\d][\d\s().\-/*#]*$/.test(text) && /\d/.test(text)
}

/** True for a number, as `readNumber` gives it, that could have a country code and has none. */
export function isNational(number: string): boolean {
  return isNumberLike(number) && !number.startsWith('+') && isNationalLength(number)
}

/**
 * One form for a number, so that numbers compare as people expect: E.164 where it can be, `anonymous` for
 * every way to withhold it, else the text as it stands, trimmed and without surrounding quotes.
 * Takes bare numbers, header values and URIs (`sip:`, `sips:`, `tel:`). Never throws, and reading a number
 * that was read before changes nothing.
 *
 * @param defaultCountry ISO 3166 code of the country whose national numbers are read; without one they stay
 *   as they are.
 */
export function readNumber(text: string, defaultCountry: string | undefined): string {
  if (isE164(text)) return text
  const bare = unquoted(text)
  let rest = bare
  // Two levels are a URI and, percent-encoded in its user, another one; what is deeper is no honest number.
  for (let level = 0; level < 2 && isAddress(rest); level++) {
    const address = parseAddress(rest)
    const user = unquoted(address.user)
    if (user === '') return withholds(address) ? ANONYMOUS : bare
    const global = inContext(user, address, defaultCountry)
    if (global !== undefined) return global
    rest = user
  }
  return isAddress(rest) ? bare : readBare(rest, defaultCountry)
}

export interface SipIdentity {
  readonly number: string
  readonly address: SipAddress
}

/**
 * The identity in a header that names people (P-Asserted-Identity, Diversion, To): of several addresses the
 * first that holds a number, else the first that holds a name. Undefined where there is none, or where it is
 * withheld.
 */
export function identityInHeader(
  values: readonly string[],
  country: string | undefined,
): SipIdentity | undefined {
  const all = identitiesInHeader(values, country).filter(({ number }) => number !== ANONYMOUS)
  return all.find(({ number }) => isNumberLike(number)) ?? all[0]
}

function identitiesInHeader(values: readonly string[], country: string | undefined): readonly SipIdentity[] {
  return values.flatMap(parseAddressList).map((address) => {
    const number = inContext(address.user, address, country) ?? readNumber(address.user, country)
    return { number, address }
  })
}

/** The numbers of all addresses in a header, `anonymous` for one that withholds its own. */
export function numbersInHeader(values: readonly string[], country: string | undefined): readonly string[] {
  return identitiesInHeader(values, country).map(({ number }) => number)
}

export function numberInHeader(values: readonly string[], country: string | undefined): string | undefined {
  return identityInHeader(values, country)?.number
}

function unquoted(text: string): string {
  const trimmed = text.trim()
  return /^"[^"]*"$/.test(trimmed) ? trimmed.slice(1, -1).trim() : trimmed
}

function isAddress(text: string): boolean {
  return text.includes('<') || text.includes('@') || /^(?:sips?|tel):/i.test(text)
}

/** RFC 3323 §4.1.1.3: a caller without a name comes from `anonymous.invalid`. */
function withholds(address: SipAddress): boolean {
  if (address.host.toLowerCase() === 'anonymous.invalid') return true
  return address.display !== '' && isWithheld(address.display)
}

function isWithheld(text: string): boolean {
  return text.length <= 11 && WITHHELD.has(text.toLowerCase())
}

/** RFC 3966 §5.1.5: a local number is read in the context that stands beside it. */
function inContext(user: string, address: SipAddress, country: string | undefined): string | undefined {
  const context = address.params.get('phone-context')
  if (!context?.startsWith('+') || user.startsWith('+') || !isNationalLength(user)) return undefined
  return possible(context + user, country)
}

function readBare(text: string, country: string | undefined): string {
  if (isWithheld(text)) return ANONYMOUS
  if (text.length > 40 || !isNumberLike(text)) return text
  return northAmerican(text, country) ?? global(text, country) ?? text
}

/**
 * The North American plan without the library: ten digits from 2 up, with or without the 1 in front.
 * Saves half a minute when a file lists a million such numbers.
 */
function northAmerican(text: string, country: string | undefined): string | undefined {
  if (!isCountry(country) || text.startsWith('+') || getCountryCallingCode(country) !== '1') return undefined
  const digits = text.replace(/[\s().\-/]/g, '')
  return /^1?[2-9]\d{9}$/.test(digits) ? `+1${digits.slice(-10)}` : undefined
}

function global(text: string, country: string | undefined): string | undefined {
  if (text.startsWith('+')) return possible(text, country) ?? withoutSeparators(text)
  if (!isNationalLength(text)) return undefined
  const national = country === undefined ? undefined : possible(text, country)
  if (national !== undefined || !/^0\D*0/.test(text)) return national
  // `00` is the international prefix that ITU-T E.123 and E.164 recommend, whatever the country uses itself.
  return possible(text.replace(/^0\D*0/, '+'), country)
}

function isNationalLength(text: string): boolean {
  return text.replace(/\D/g, '').length >= SHORTEST_NATIONAL
}

/** A `+` promises E.164: what only lacks the right length for its country still compares without separators. */
function withoutSeparators(text: string): string | undefined {
  const plain = text.replace(/[\s().\-/]/g, '')
  return isE164(plain) ? plain : undefined
}

/**
 * Asks the library whether the length is possible, not whether the number is valid: 555 numbers, new area
 * codes and private ranges are not "valid", and people call from them all the same.
 */
function possible(text: string, country: string | undefined): string | undefined {
  const options = { extract: false, ...(isCountry(country) ? { defaultCountry: country } : {}) }
  try {
    const number = parsePhoneNumberFromString(text, options)
    return number?.isPossible() && isE164(number.number) ? number.number : undefined
  } catch {
    return undefined
  }
}

function isCountry(country: string | undefined): country is CountryCode {
  return country !== undefined && isSupportedCountry(country)
}
