/** The Stasis applications of all Doormen at one PBX. */
export interface Applications {
  /** In the order in which an Asterisk without StasisBroadcast tries them. */
  readonly names: readonly string[]
  /** Where any application whose name begins so is a Doorman, too: those that join later need no new dialplan. */
  readonly pattern?: string
}

const NAME = /^[A-Za-z0-9_-]+$/
const PREFIX = /^([A-Za-z0-9_-]+)\*$/

/**
 * `doorman-a, doorman-b` or `doorman-a, doorman-*` → the applications; undefined for a text that is no such list. A
 * pattern alone says nothing to an Asterisk that tries names in order, but is enough for one that broadcasts.
 */
export function parseApplications(text: string): Applications | undefined {
  const parts = text.split(',').map((part) => part.trim())
  const prefixes = parts.flatMap((part) => PREFIX.exec(part)?.[1] ?? [])
  const names = parts.filter((part) => NAME.test(part))
  const [pattern] = prefixes
  if (prefixes.length > 1 || names.length + prefixes.length !== parts.length) return undefined
  return pattern === undefined ? { names } : { names, pattern }
}

/** The regular expression by which StasisBroadcast chooses. It has no comma, which would end the argument. */
export function applicationsPattern({ names, pattern }: Applications): string {
  const all = [...names, ...(pattern === undefined ? [] : [`${pattern}[A-Za-z0-9_-]*`])]
  return all.length === 1 ? `^${all[0]}$` : `^(${all.join('|')})$`
}

/** Whether an application is one of these. */
export function isAmong(application: string, applications: Applications): boolean {
  return new RegExp(applicationsPattern(applications)).test(application)
}
