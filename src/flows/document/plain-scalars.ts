import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml'
import type { YamlPath } from './findings.js'

/** Something that YAML would read into what its author can't have meant. */
export interface Refused {
  readonly offset: number
  readonly message: string
  /** True where the document has no value at all because of it. */
  readonly fatal?: boolean
}

/**
 * An admin who forgets the quotes of `5551234567`, `+15551234567` or `0015551234567` has written a number to
 * YAML, and the plus or the zeros are lost. Where a text is meant, the source of the scalar is put back in
 * its place, so that what counts is what was written. The nodes of `doc` are changed: it was just parsed,
 * nobody else has seen it.
 */
export function restoreTexts(doc: Document): readonly Refused[] {
  const refused: Refused[] = []
  restore(doc, doc.contents, [], refused)
  return refused
}

function restore(doc: Document, node: unknown, path: YamlPath, refused: Refused[]): void {
  if (isMap(node)) for (const pair of node.items) restorePair(doc, pair, path, refused)
  else if (isSeq(node))
    for (const [index, item] of node.items.entries()) restore(doc, item, [...path, index], refused)
  else if (isScalar(node)) restoreScalar(node, path, refused)
  else if (isAlias(node)) checkAlias(doc, node, refused)
  else if (isPair(node)) restorePair(doc, node, path, refused)
}

function restorePair(doc: Document, pair: Pair, path: YamlPath, refused: Refused[]): void {
  const key: unknown = pair.key
  if (!isScalar(key)) {
    refused.push({ fatal: true, offset: offsetOf(key), message: 'a key must be a plain text' })
    return
  }
  if (key.value === null || key.source !== undefined) key.value = key.source ?? ''
  // A map with such a key would turn into an object with another prototype.
  if (key.value === '__proto__')
    refused.push({ offset: offsetOf(key), message: '"__proto__" can\'t be a name here' })
  restore(doc, pair.value, [...path, String(key.value)], refused)
}

function restoreScalar(node: Scalar, path: YamlPath, refused: Refused[]): void {
  const { value, source } = node
  if (source === undefined || (typeof value !== 'number' && typeof value !== 'boolean')) return
  if (isState(path)) {
    if (typeof value === 'number' && losesDigits(source, value)) {
      refused.push({
        offset: offsetOf(node),
        message: `put ${source} in quotes: as a number it would become ${value}`,
      })
    }
  } else if (!isTyped(path) && !(isNumbers(path) && !/^\+?[0-9]+$/.test(source))) node.value = source
}

/** `+1555…` and `0015…` are telephone numbers or codes, and beyond 2^53 digits change in silence. */
function losesDigits(source: string, value: number): boolean {
  return /^(\+[0-9]|0[0-9])/.test(source) || (/^-?[0-9]+$/.test(source) && !Number.isSafeInteger(value))
}

/** The flow file says `*98`, which is YAML for "what the anchor 98 holds". */
function checkAlias(
  doc: Document,
  node: Node & { source: string; resolve(doc: Document): unknown },
  refused: Refused[],
): void {
  const target = node.resolve(doc)
  const offset = offsetOf(node)
  if (target === undefined) {
    refused.push({
      fatal: true,
      offset,
      message: `a text that begins with * must stand in quotes: "*${node.source}"`,
    })
  } else if (offsetOf(target) <= offset && offset < endOf(target)) {
    refused.push({
      fatal: true,
      offset,
      message: `*${node.source} stands inside of what it refers to, which has no end`,
    })
  }
}

function offsetOf(node: unknown): number {
  return rangeOf(node)?.[0] ?? 0
}

function endOf(node: unknown): number {
  return rangeOf(node)?.[1] ?? 0
}

function rangeOf(node: unknown): readonly number[] | null | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range : undefined
}

/** State keeps numbers, true and false as what they are. */
function isState([section, , key, inner]: YamlPath): boolean {
  if (section === 'examples') return (key === 'call' || key === 'expect') && inner === 'state'
  return (section === 'branches' || section === 'rules') && key === 'state'
}

/** The few places where the flow file means a number, or true and false. */
function isTyped([section, , key, ...rest]: YamlPath): boolean {
  if (section === 'branches') return key === 'default'
  if (section === 'flows') return key === 'priority'
  if (section === 'examples') return key === 'expect' && rest[0] === 'vip'
  return section === 'rules' && key === 'when' && isTypedCondition(rest)
}

function isTypedCondition([key, ...rest]: YamlPath): boolean {
  if (key === 'vip') return rest.length === 0
  if (key === 'header') return rest.length === 2 && rest[1] === 'present'
  if (key === 'not') return isTypedCondition(rest)
  return (key === 'all' || key === 'any') && isTypedCondition(rest.slice(1))
}

/** The places where telephone numbers stand. */
function isNumbers([section, ...rest]: YamlPath): boolean {
  if (section === 'vip') return rest[0] === 'numbers'
  if (section === 'branches') return rest[1] === 'numbers'
  return section === 'rules' && rest[1] === 'when' && isNumbersCondition(rest.slice(2))
}

function isNumbersCondition([key, ...rest]: YamlPath): boolean {
  if (key === 'caller' || key === 'callee') return true
  if (key === 'not') return isNumbersCondition(rest)
  return (key === 'all' || key === 'any') && isNumbersCondition(rest.slice(1))
}
