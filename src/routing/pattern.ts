import { RE2JS } from 're2js'
import type { HeaderTest } from './types.js'

/**
 * Regular expressions in RE2 syntax. A caller chooses what a header holds, so the time of a search must grow
 * with its length and no faster: that rules out look-around and back-references.
 *
 * Compiled forms cannot be cloned and take a tenth of a millisecond each, so a condition holds only the text.
 * The thread that decides compiles it once: at the first use, or before by `compilePattern`.
 */
type PatternTest = Extract<HeaderTest, { kind: 'matches' }>

const compiled = new WeakMap<PatternTest, RE2JS>()

/** Whether the pattern is found in the text; anchors are the author's. */
export function matchesPattern(test: PatternTest, text: string): boolean {
  return compilePattern(test).matcher(text).find()
}

export function compilePattern(test: PatternTest): RE2JS {
  const pattern = compiled.get(test) ?? RE2JS.compile(test.pattern)
  compiled.set(test, pattern)
  return pattern
}

/** What is wrong with a pattern, and what to do; undefined where it compiles. */
export function patternProblem(pattern: string): string | undefined {
  try {
    RE2JS.compile(pattern)
    return undefined
  } catch (error) {
    const message =
      error instanceof Error ? error.message.replace(/^error parsing regexp: /, '') : String(error)
    return `this pattern can't be read: ${message}${hint(pattern)}`
  }
}

function hint(pattern: string): string {
  return /\(\?<?[=!]|\\[1-9]|\\k</.test(pattern)
    ? '; look-around and back-references are not supported, because a caller could make them take forever'
    : ''
}
