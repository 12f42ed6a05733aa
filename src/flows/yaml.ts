import { isUtf8 } from 'node:buffer'
import {
  type Alias,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Scalar,
  type YAMLError,
} from 'yaml'
import { Diagnostics, type Position, type Positions, type ProblemCode, type YamlPath } from './problem.js'
import { YamlValue } from './shape.js'

/**
 * Reads YAML with its failsafe schema: a scalar is a text, so that `5551234567`, `+15551234567` and `007` stay as
 * they were written. Only where the flow files have numbers, true and false are plain scalars read as such.
 * Never throws: whatever is wrong is a problem with its position.
 *
 * @param least the keys that it has at least, for a message
 * @returns a map, not yet checked; undefined where the text cannot be read
 */
export function parseFlowDocument(file: string, content: Buffer, least: string): YamlValue<unknown> {
  const lines = new LineCounter()
  const text = isUtf8(content) ? content.toString() : undefined
  const doc = parseDocument(text ?? '', { schema: 'failsafe', lineCounter: lines, prettyErrors: false })
  const positions = new DocumentPositions(doc, lines)
  const diagnostics = new Diagnostics(file, positions)
  const report: Report = (offset, code, message) =>
    diagnostics.add([{ file, ...positions.ofOffset(offset), code, message }])

  if (text === undefined) report(0, 'flows.yaml', 'this file is not UTF-8 text; save it as UTF-8')
  const isDuplicate = ({ code }: YAMLError) => code === 'DUPLICATE_KEY'
  const errors = [...doc.errors, ...doc.warnings]
  for (const { pos } of errors.filter(isDuplicate))
    report(pos[0], 'flows.duplicate_key', 'this key stands here twice; keep one of them')
  const syntax = syntaxError(
    errors.filter((error) => !isDuplicate(error)),
    text ?? '',
  )
  if (syntax !== undefined) report(syntax.offset, 'flows.yaml', syntax.message)
  const isReadable = text !== undefined && syntax === undefined
  if (isReadable && isMap(doc.contents)) return new YamlValue(resolvedValue(doc, report), [], diagnostics)
  const what = doc.contents === null ? 'this file is empty' : 'this file must be a map of keys'
  if (isReadable) report(offsetOf(doc.contents), 'flows.wrong_type', `${what}; the least is ${least}`)
  return new YamlValue(undefined, [], diagnostics)
}

type Report = (offset: number, code: ProblemCode, message: string) => void

const INDENTATION =
  'the indentation of this line fits none of the lines above; what belongs together begins in the same column'

/** What the parser says (`$1` is the group) → what an admin does about it. */
const SYNTAX: readonly (readonly [RegExp, string])[] = [
  [/^Tabs are not allowed/, 'a tab in the indentation; YAML allows only spaces there'],
  [/^Flow /, 'the { or [ that stands open above is not closed; close it before this line'],
  [/^Missing closing (.)quote/, 'a text above begins with $1 and does not end with it'],
  [/^Plain value cannot start with .*(.)$/, 'a text that begins with $1 must stand in quotes'],
  [/^Implicit map keys need to be followed/, 'a colon is missing behind this key'],
  [/^Nested mappings are not allowed/, 'a text that holds a colon and a space must stand in quotes'],
  [/^Unexpected flow-(?:map|seq)-end token/, 'this bracket closes nothing; take it out'],
  [/at node end$/, 'this stands behind the end of another text; a comma is missing, or quotes around both'],
  [
    /^Source contains multiple documents/,
    'a second document begins here; keep one of them and take this --- out',
  ],
]

/** Of these, where one stands at the beginning of a line, the indentation is the cause. */
const MISPLACED = /^(?:All |Sequence item without|A block sequence may not|Nested mappings|Unexpected scalar)/

/** The first error alone: one slip makes a parser stumble several times. Undefined where there is none. */
function syntaxError(
  [first, ...others]: readonly YAMLError[],
  text: string,
): { readonly offset: number; readonly message: string } | undefined {
  if (first === undefined) return undefined
  const { message, code, pos } = first
  const lineStart = text.lastIndexOf('\n', pos[0] - 1) + 1
  const begins = firstTextAfter(text, lineStart)
  if (pos[0] <= begins && MISPLACED.test(message)) return { offset: begins, message: INDENTATION }
  // The line below was taken for the rest of this text.
  if (code === 'BLOCK_AS_IMPLICIT_KEY' && others.some((one) => one.code === 'MULTILINE_IMPLICIT_KEY'))
    return { offset: firstTextAfter(text, text.indexOf('\n', pos[0])), message: INDENTATION }
  const [form, remedy] = SYNTAX.find(([said]) => said.test(message)) ?? [/^/, `this is not YAML: ${message}`]
  return { offset: pos[0], message: remedy.replace('$1', form.exec(message)?.[1] ?? '') }
}

function firstTextAfter(text: string, offset: number): number {
  return offset + text.slice(offset).search(/\S|$/)
}

/** Undefined where a problem leaves no value. Aliases are followed 100 times at most: a few lines can be gigabytes. */
function resolvedValue(doc: Document, report: Report): unknown {
  let isWhole = true
  resolve(doc, doc.contents, [], (offset, code, message) => {
    isWhole &&= code === 'flows.unquoted_number'
    report(offset, code, message)
  })
  if (!isWhole) return undefined
  try {
    return doc.toJS({ maxAliasCount: 100 })
  } catch (error) {
    report(0, 'flows.yaml', `this file can't be read: ${error instanceof Error ? error.message : error}`)
    return undefined
  }
}

/** Gives plain scalars their values, in place, and reports what its author can't have meant. */
function resolve(doc: Document, node: unknown, path: YamlPath, report: Report): void {
  if (isSeq(node))
    for (const [index, item] of node.items.entries()) resolve(doc, item, [...path, index], report)
  if (isScalar(node)) resolveScalar(node, path, report)
  if (isAlias(node)) checkAlias(node, node.resolve(doc), report)
  for (const { key, value } of isMap(node) ? node.items : isPair(node) ? [node] : []) {
    if (!isScalar(key)) report(offsetOf(key), 'flows.wrong_type', 'a key must be a plain text')
    // A map with such a key would turn into an object with another prototype.
    else if (key.value === '__proto__')
      report(offsetOf(key), 'flows.invalid_value', '"__proto__" can\'t be a name here')
    else resolve(doc, value, [...path, String(key.value)], report)
  }
}

/** The flow file says `*98`, which is YAML for "the value of the anchor 98". */
function checkAlias(node: Alias, target: unknown, report: Report): void {
  const offset = offsetOf(node)
  if (target === undefined)
    report(offset, 'flows.alias', `a text that begins with * must stand in quotes: "*${node.source}"`)
  else if (isNode(target) && offsetOf(target) <= offset && offset < (target.range?.[1] ?? 0))
    report(offset, 'flows.alias', `*${node.source} stands inside of what it refers to, which has no end`)
}

const WHEN = String.raw`rules/\d+/when(?:/(?:all|any)/\d+|/not)*`
const BOOLEAN = new RegExp(
  String.raw`^(?:branches/[^/]*/default|flows/[^/]*/turn_away|${WHEN}/vip|${WHEN}/header/[^/]*/present|examples/\d+/expect/vip)$`,
)
const NUMERIC =
  /^(?:flows\/[^/]*\/priority|lookups\/[^/]*\/at_most|voice\/speed|rules\/\d+\/when\/(?:.*\/)?returning\/calls)$/
const STATE = /^(?:(?:branches\/[^/]*|rules\/\d+)\/state|examples\/\d+\/(?:call|expect)\/state)(?:\/|$)/
const NUMBER = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/

function resolveScalar(node: Scalar, path: YamlPath, report: Report): void {
  if (node.type !== 'PLAIN') return
  const text = String(node.value)
  if (text === '' || text === '~' || text === 'null') node.value = null
  else if (/^(?:true|True|TRUE|false|False|FALSE)$/.test(text)) {
    const at = pointer(path)
    if (BOOLEAN.test(at) || STATE.test(at)) node.value = text.toLowerCase() === 'true'
  } else if (NUMBER.test(text)) {
    const at = pointer(path)
    if (NUMERIC.test(at) || STATE.test(at)) node.value = Number(text)
    if (STATE.test(at) && losesDigits(text)) {
      const message = `put ${text} in quotes: as a number it would become ${Number(text)}`
      report(offsetOf(node), 'flows.unquoted_number', message)
    }
  }
}

/** As a JSON Pointer (RFC 6901). */
function pointer(path: YamlPath): string {
  return path.map((step) => String(step).replaceAll('/', '~1')).join('/')
}

/** `+1555…` and `0015…` are telephone numbers or codes, and beyond 2^53 digits are lost. */
function losesDigits(text: string): boolean {
  return /^(\+[0-9]|0[0-9])/.test(text) || (/^-?[0-9]+$/.test(text) && !Number.isSafeInteger(Number(text)))
}

function offsetOf(node: unknown): number {
  return (isNode(node) && node.range?.[0]) || 0
}

/** An alias leads to where its anchor stands: there is the text to change. */
class DocumentPositions implements Positions {
  constructor(
    private readonly doc: Document,
    private readonly lines: LineCounter,
  ) {}

  ofOffset(offset: number): Position {
    const { line, col } = this.lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }

  ofValue(path: YamlPath, inside?: number): Position {
    const node = this.#nearestNode(path)
    const type = isScalar(node) ? node.type : undefined
    // The lines of a block have their own indentation.
    const isBlock = type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL'
    const quote = type === 'QUOTE_DOUBLE' || type === 'QUOTE_SINGLE' ? 1 : 0
    return this.ofOffset(offsetOf(node) + (inside === undefined || isBlock ? 0 : quote + inside))
  }

  ofKey(path: YamlPath): Position {
    const parent = this.#nearestNode(path.slice(0, -1))
    const keys = isMap(parent) ? parent.items.map(({ key }) => key) : []
    return this.ofOffset(offsetOf(keys.find((key) => isScalar(key) && key.value === path.at(-1)) ?? parent))
  }

  #nearestNode(path: YamlPath): unknown {
    let node: unknown = this.doc.contents
    for (const step of path) {
      const parent = isAlias(node) ? node.resolve(this.doc) : node
      const child: unknown = isCollection(parent) ? parent.get(step, true) : undefined
      if (!isNode(child)) break
      node = child
    }
    return node
  }
}
