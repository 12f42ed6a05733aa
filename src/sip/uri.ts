/** One address of a SIP header, taken apart. What is missing is empty; nothing in it is believed yet. */
export interface SipAddress {
  /** The display name, without quotes. */
  readonly display: string
  /** `sip`, `sips`, `tel`, or empty for a bare number or name. */
  readonly scheme: string
  /** The user, percent-decoded, without password and without the parameters of a number. */
  readonly user: string
  /** Without the port; empty for `tel:` and bare texts. */
  readonly host: string
  /** Parameters of the URI, and of the number inside its user part (RFC 3261 §19.1.6), names in lower case. */
  readonly params: ReadonlyMap<string, string>
  /** Parameters of the header, such as `tag`. Without `<>` they can't be told from the URI's and are in both. */
  readonly headerParams: ReadonlyMap<string, string>
}

/**
 * Reads one address out of a header value, a URI or a bare number (RFC 3261 §19 and §20.10, RFC 3966).
 * Tolerant: a text that is no address comes back as a user, and nothing throws.
 */
export function parseAddress(text: string): SipAddress {
  const whole = text.trim()
  const open = indexOutside(whole, '<')
  if (open < 0) return bareAddress(whole)
  const close = whole.indexOf('>', open)
  const uri = whole.slice(open + 1, close < 0 ? undefined : close)
  const after = close < 0 ? '' : (splitOutside(whole.slice(close + 1), ',')[0] ?? '')
  return { display: unquote(whole.slice(0, open)), ...parseUri(uri.trim()), headerParams: paramsOf(after) }
}

/** The addresses of a header that lists several in one line, as P-Asserted-Identity may (RFC 3325 §9.1). */
export function parseAddressList(text: string): readonly SipAddress[] {
  return splitOutside(text, ',')
    .filter((part) => part.trim() !== '')
    .map(parseAddress)
}

function bareAddress(text: string): SipAddress {
  if (text.startsWith('"')) {
    return { ...parseUri(''), display: unquote(text), headerParams: new Map() }
  }
  const uri = parseUri(text)
  return { display: '', ...uri, headerParams: uri.params }
}

type Uri = Omit<SipAddress, 'display' | 'headerParams'>

function parseUri(text: string): Uri {
  const [prefix = '', named = ''] = /^(sips?|tel):/i.exec(text) ?? []
  const scheme = named.toLowerCase()
  const rest = text.slice(prefix.length)
  if (scheme === 'tel') return { scheme, ...cutParams(rest), host: '' }
  const at = rest.indexOf('@')
  if (at < 0) return { scheme, ...withoutAt(rest, scheme) }
  const who = userOf(rest.slice(0, at))
  const where = cutParams(rest.slice(at + 1).split('?', 1)[0] ?? '')
  return { scheme, user: who.user, host: withoutPort(where.user), params: joined(who.params, where.params) }
}

/** `sip:host` has no user (RFC 3261 §19.1.1), but people also write `sip:5551234567` and mean the number. */
function withoutAt(rest: string, scheme: string): Omit<Uri, 'scheme'> {
  const head = cutParams(rest.split('?', 1)[0] ?? '')
  const isUser = scheme === '' || /^[+*#]?[\d()*#-]+$/.test(head.user)
  return isUser ? { ...head, host: '' } : { user: '', host: withoutPort(head.user), params: head.params }
}

/**
 * A semicolon in a user part starts a parameter only where the user is a telephone number
 * (RFC 3261 §19.1.6): `+15551234567;verstat=…`. In `alice;day=tuesday` it belongs to the name.
 */
function userOf(userinfo: string): Pick<SipAddress, 'user' | 'params'> {
  const user = userinfo.split(':', 1)[0] ?? ''
  return /^[+\d(]/.test(user) ? cutParams(user) : { user: decode(user), params: new Map() }
}

function cutParams(text: string): Pick<SipAddress, 'user' | 'params'> {
  const semicolon = text.indexOf(';')
  if (semicolon < 0) return { user: decode(text.trim()), params: new Map() }
  return { user: decode(text.slice(0, semicolon).trim()), params: paramsOf(text.slice(semicolon)) }
}

function withoutPort(host: string): string {
  return host.replace(/(?<=^[^:]*|\]):\d*$/, '')
}

function joined(first: ReadonlyMap<string, string>, then: ReadonlyMap<string, string>) {
  return first.size === 0 ? then : new Map([...then, ...first])
}

function paramsOf(text: string): ReadonlyMap<string, string> {
  const params = new Map<string, string>()
  for (const part of splitOutside(text, ';').slice(1)) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase()
    const value = equals < 0 ? '' : decode(unquote(part.slice(equals + 1)))
    if (name !== '' && !params.has(name)) params.set(name, value)
  }
  return params
}

/** Percent-decoding that leaves alone what is not valid UTF-8. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) => {
    try {
      return decodeURIComponent(run)
    } catch {
      return run
    }
  })
}

function unquote(text: string): string {
  const trimmed = text.trim()
  if (!trimmed.startsWith('"')) return trimmed
  return trimmed.replace(/^"|"$/g, '').replace(/\\(.)/gs, '$1').trim()
}

function indexOutside(text: string, wanted: string): number {
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted && char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && char === wanted) return at
  }
  return -1
}

/** Splits at a separator that stands neither in quotes nor in `<>`. */
function splitOutside(text: string, separator: string): string[] {
  const parts: string[] = []
  let quoted = false
  let bracketed = false
  let start = 0
  for (let at = 0; at < text.length; at++) {
    const char = text[at]
    if (quoted && char === '\\') at++
    else if (char === '"') quoted = !quoted
    else if (!quoted && (char === '<' || char === '>')) bracketed = char === '<'
    else if (!quoted && !bracketed && char === separator) {
      parts.push(text.slice(start, at))
      start = at + 1
    }
  }
  return [...parts, text.slice(start)]
}
