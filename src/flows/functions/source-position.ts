import { SourceMap, type SourceMapPayload } from 'node:module'
import type { FilePosition } from '../problem.js'
import type { FlowFunction } from '../revision.js'

const maps = new WeakMap<FlowFunction, SourceMap | null>()

/**
 * Where in the author's files a stack begins: its first frame outside of packages, taken back through the
 * source map. Undefined where the stack does not touch the function's code.
 */
export function positionOf(stack: string, fn: FlowFunction): FilePosition | undefined {
  const found = [...framesIn(stack, fn.file), ...syntaxErrorIn(stack, fn.file)]
  const positions = found.map((at) => originalPosition(at, fn))
  return positions.find(({ file }) => !file.includes('node_modules/')) ?? positions[0]
}

/** `    at triage (triage.ts:3:9)` and `    at triage.ts:3:9`. */
function framesIn(stack: string, file: string): FilePosition[] {
  const frame = new RegExp(`^ +at (?:.*[( ])?${RegExp.escape(file)}:(\\d+):(\\d+)\\)?$`, 'gm')
  return [...stack.matchAll(frame)].map(([, line, column]) => ({
    file,
    line: Number(line),
    column: Number(column),
  }))
}

/** A script that does not parse has no frame of its own: V8 writes `file:line`, the line, and carets below it. */
function syntaxErrorIn(stack: string, file: string): FilePosition[] {
  const match = new RegExp(`^${RegExp.escape(file)}:(\\d+)\\n.*\\n( *)\\^`).exec(stack)
  return match === null ? [] : [{ file, line: Number(match[1]), column: (match[2] ?? '').length + 1 }]
}

/** Where in the author's files a position of the bundled code comes from. */
export function originalPosition(at: FilePosition, fn: FlowFunction): FilePosition {
  const entry = mapOf(fn)?.findEntry(at.line - 1, at.column - 1)
  if (entry === undefined || !('originalSource' in entry)) return at
  const { originalSource, originalLine, originalColumn } = entry
  // Bundlers name sources from where the bundle would lie; the flow's own file goes by its name in `run:`.
  const path = originalSource.replace(/^(\.{0,2}\/)+/, '')
  const file = path.endsWith(`/${fn.file}`) ? fn.file : path
  return { file, line: originalLine + 1, column: originalColumn + 1 }
}

/** Parsed on the first failure only: reading a map takes longer than most functions run. */
function mapOf(fn: FlowFunction): SourceMap | null {
  const known = maps.get(fn)
  if (known !== undefined) return known
  let map: SourceMap | null = null
  try {
    map = new SourceMap(JSON.parse(fn.map) as SourceMapPayload)
  } catch {
    // Positions are then those of the bundled code.
  }
  maps.set(fn, map)
  return map
}
