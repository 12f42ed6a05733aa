import { RE2JS } from 're2js'
import type { LinearPattern } from '../../routing/condition.js'
import { plainPattern } from './plain-pattern.js'

/**
 * Compiles a pattern in RE2 syntax. It is searched in the value; anchors are the author's. A caller chooses
 * what stands in a header, so the time must grow with its length and no faster: that rules out look-around
 * and back-references.
 * @throws Error whose message says what is wrong with the pattern and what to do.
 */
export function linearPattern(source: string): LinearPattern {
  // What RE2 cannot read is refused, whoever is to search by it.
  const compiled = parse(source)
  const search = searchingPlainly(source) ?? searchingByRe2(compiled)
  return Object.freeze({ source, test: (text: string) => search(text) })
}

/** A pattern that is compiled when it is first needed, or beforehand by `prepare`. */
export interface LazyPattern extends LinearPattern {
  prepare(): void
}

/** A pattern that is known to be right: another thread has compiled it. */
export function lazyPattern(source: string): LazyPattern {
  let search: Search | undefined
  const prepared = (): Search => {
    search ??= searchingPlainly(source) ?? searchingByRe2(parse(source))
    return search
  }
  return Object.freeze({
    source,
    test: (text: string) => prepared()(text),
    prepare: () => {
      prepared()
    },
  })
}

/** Whether a pattern is found in a text. */
type Search = (text: string) => boolean

function searchingPlainly(source: string): Search | undefined {
  const plain = plainPattern(source)
  return plain && ((text) => plain.test(text))
}

function searchingByRe2(compiled: RE2JS): Search {
  return (text) => compiled.matcher(text).find()
}

function parse(source: string): RE2JS {
  try {
    return RE2JS.compile(source)
  } catch (error) {
    const message =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    throw new Error(`this pattern can't be read: ${message}${hint(source)}`)
  }
}

function hint(source: string): string {
  return /\(\?<?[=!]|\\[1-9]|\\k</.test(source)
    ? '; look-around and back-references are not supported, because a caller could make them take forever'
    : ''
}
