import { isDeepStrictEqual } from 'node:util'
import { isCollection, isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml'
import type { ExampleSource } from '../flows/examples.js'
import { safeJson, safeText } from '../lib/safe-text.js'

const HEAD = `# Calls and what must come of them: "doorman check" and every reload run them, and refuse rules that break one.
`

/**
 * The text of `examples.yaml` with one more example. Where the list is written in lines, as it mostly is, they
 * are put behind its last item and not a character before them changes; else the document is written anew,
 * comments and all.
 *
 * @param text as it stands in the file; undefined where there is no file yet.
 */
export function withExample(text: string | undefined, example: ExampleSource): string {
  if (text === undefined || text.trim() === '') return `${HEAD}examples:\n${itemLines(example, 2)}`
  const whole = rewritten(text, example)
  const inserted = insertedInto(text, example)
  return inserted !== undefined && meansTheSame(inserted, whole) ? inserted : whole
}

function rewritten(text: string, example: ExampleSource): string {
  const doc = parseDocument(text)
  const list: unknown = doc.get('examples', true)
  // Read back from its lines, so that it keeps the quotes in which its characters are written out.
  const item = parseDocument(itemLines(example, 0)).get(0, true)
  if (isSeq(list)) {
    list.items.push(item)
    list.flow = false
  } else if (isMap(doc.contents)) doc.set('examples', parseDocument(itemLines(example, 0)).contents)
  else return `${text.trimEnd()}\nexamples:\n${itemLines(example, 2)}`
  const whole = doc.toString({ lineWidth: 0 })
  // What the admin wrote stays as it is; a file that had nothing of the kind has it from the call alone.
  return text === safeText(text) ? safeText(whole) : whole
}

function insertedInto(text: string, example: ExampleSource): string | undefined {
  const spot = placeForItem(text)
  if (spot === undefined) return undefined
  const before = text.slice(0, spot.end)
  const gap = before.endsWith('\n') ? '' : '\n'
  return before + gap + itemLines(example, spot.indent) + text.slice(spot.end)
}

/** Behind the last item, or behind `examples:` where nothing follows it. */
function placeForItem(text: string): { readonly end: number; readonly indent: number } | undefined {
  const list: unknown = parseDocument(text).get('examples', true)
  if (isScalar(list) && list.source === '' && list.range)
    return { end: lineEnd(text, list.range[1]), indent: 2 }
  if (!isSeq(list) || list.flow === true) return undefined
  const [start, last] = [list.items[0], list.items.at(-1)]
  if (!isCollection(start) || !isCollection(last) || !start.range || !last.range) return undefined
  return { end: lineEnd(text, last.range[1]), indent: dashColumn(text, start.range[0]) }
}

/** Where the line ends that a node ends on; a node of several lines ends behind its line end already. */
function lineEnd(text: string, offset: number): number {
  if (text[offset - 1] === '\n') return offset
  const found = text.indexOf('\n', offset)
  return found < 0 ? text.length : found + 1
}

function dashColumn(text: string, offset: number): number {
  return text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset).indexOf('-')
}

function itemLines(example: ExampleSource, indent: number): string {
  // An editor must show what is there: what hides or turns text is written out, which only quotes allow.
  const isTricky = JSON.stringify(example) !== safeJson(example)
  const written = stringify([example], {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    defaultKeyType: isTricky ? 'QUOTE_DOUBLE' : 'PLAIN',
  })
  const lines = safeText(written)
  return lines.replace(/^(?=.)/gm, ' '.repeat(Math.max(0, indent)))
}

function meansTheSame(a: string, b: string): boolean {
  const [one, other] = [parseDocument(a), parseDocument(b)]
  return one.errors.length === 0 && isDeepStrictEqual(one.toJS(), other.toJS())
}
