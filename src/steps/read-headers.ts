import {
  expressions,
  header,
  headerNames,
  isReadableHeaderName,
  MAX_REPEATS,
  values,
} from '../asterisk/channel-read.js'
import { SipHeaders } from '../sip/headers.js'
import type { Ask } from './read.js'

/** A message may have more headers than anybody reads; a function sees this many of them. */
const MAX_HEADERS = 250

/** What a header's name can begin with, in practice: a list is asked for by its first letter. */
const FIRST_LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']

/**
 * Every header of the call, for a flow function, which may ask for any. What Asterisk cannot list (names under
 * a letter with a header over 4 KB) is still there where the revision had read it by name.
 * @throws PbxError
 */
export async function readAllHeaders(known: SipHeaders, ask: Ask): Promise<SipHeaders> {
  const lists = (await ask(expressions(FIRST_LETTERS.map(headerNames)))).flatMap(values)
  const wanted = instances(lists.flatMap((list) => list.split(',')))
  const found = (await ask(expressions(wanted.map(({ name, count }) => header(name, count))))).flatMap(values)
  const listed = wanted.map(({ name }, index): [string, string] => [name, found[index] ?? ''])
  const all = new SipHeaders(listed)
  return new SipHeaders([...listed, ...known.toList().filter(([name]) => !all.has(name))])
}

/** Names as listed, repeats included → each with its number among its like. */
function instances(names: readonly string[]): { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>()
  const wanted: { name: string; count: number }[] = []
  for (const name of names.filter(isReadableHeaderName).slice(0, MAX_HEADERS)) {
    const count = (counts.get(name.toLowerCase()) ?? 0) + 1
    counts.set(name.toLowerCase(), count)
    if (count <= MAX_REPEATS) wanted.push({ name, count })
  }
  return wanted
}
