import type { NumberPattern } from '../../routing/types.js'
import { ANONYMOUS, isE164, readNumber } from '../../sip/phone-number.js'
import type { YamlPath } from '../document/findings.js'
import type { NumbersSource } from '../schema/condition-schema.js'
import type { Reading } from './reading.js'

/** Reads a number, a prefix, a list of both, or a file of numbers. */
export function numberPattern(source: NumbersSource, path: YamlPath, reading: Reading): NumberPattern {
  if (typeof source === 'object' && 'file' in source) {
    const table = reading.numberFiles.table(source.file, [...path, 'file'], reading.findings)
    return pattern([], [], table === undefined ? [] : [table], `{ file: ${source.file} }`)
  }
  const written =
    typeof source === 'string'
      ? [[source, path] as const]
      : source.map((text, i) => [text, [...path, i]] as const)
  const exact = written
    .filter(([text]) => !isPrefix(text))
    .map(([text, at]) => exactNumber(text, at, reading))
  const prefixes = written.filter(([text]) => isPrefix(text)).map(([text, at]) => prefix(text, at, reading))
  return pattern(exact, prefixes, [], summary(written.map(([text]) => text)))
}

/** Nothing: what a branch without `numbers` has. */
export const noNumbers: NumberPattern = pattern([], [], [], '')

/** A number that stands alone, as under `vip.numbers`, where a prefix has no meaning. */
export function exactNumber(text: string, path: YamlPath, reading: Reading): string {
  if (isPrefix(text)) {
    reading.findings.problem(
      path,
      `"${text}" is a prefix, and VIP numbers are whole numbers; use a rule with "caller" for it`,
    )
  }
  const number = readNumber(text, reading.country)
  if (!isReadable(number)) reading.findings.warning(path, unreadable(text, reading.country))
  return number
}

function pattern(
  exact: readonly string[],
  prefixes: readonly string[],
  tables: NumberPattern['tables'],
  text: string,
): NumberPattern {
  return Object.freeze({
    exact: new Set(exact),
    prefixes: Object.freeze(prefixes),
    tables: Object.freeze(tables),
    text,
  })
}

function isPrefix(text: string): boolean {
  return text.trim().length > 1 && text.trim().endsWith('*')
}

/** A prefix is held against numbers in E.164, so it begins as they do; people group digits as they like. */
function prefix(text: string, path: YamlPath, reading: Reading): string {
  const digits = text
    .trim()
    .slice(0, -1)
    .replace(/[ ().-]/g, '')
  if (!/^\+[1-9][0-9]{0,14}$/.test(digits)) {
    reading.findings.problem(
      path,
      `"${text}" is no prefix: write + and the country code first and * at the end, as in "+1555*"`,
    )
  }
  return digits
}

/** In E.164, or something that is meant literally: a short extension, a feature code, or no number at all. */
function isReadable(number: string): boolean {
  return isE164(number) || number === ANONYMOUS || /^[0-9*#]{1,6}$/.test(number)
}

function unreadable(text: string, country: string | undefined): string {
  const remedy =
    country === undefined
      ? 'write + and the country code, or set default_country'
      : 'write it with + and the country code'
  return `"${text}" can't be read as a telephone number, so it matches only what is written exactly like it; ${remedy}`
}

/** As the admin wrote it, cut where nobody would read on. */
function summary(written: readonly string[]): string {
  const shown = written.slice(0, 5).join(', ')
  return written.length > 5 ? `${shown}, … (${written.length})` : shown
}
