import { createHash } from 'node:crypto'
import type { FlowFunction } from '../revision.js'

const hashes = new WeakMap<FlowFunction, string>()

/** SHA-256 of a function's code, computed once for each function of a revision. */
export function hashOf(fn: FlowFunction): string {
  const hash = hashes.get(fn) ?? createHash('sha256').update(fn.code).digest('hex')
  hashes.set(fn, hash)
  return hash
}
