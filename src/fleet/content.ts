/** The files of a revision as one piece, and its hash. */
import { hash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import * as z from 'zod'
import type { FlowFiles } from '../revisions/revision-files.js'

/** Unpacked; a list of a million numbers has 14 MB. */
const MOST_BYTES = 256 * 2 ** 20

const packed = z.record(z.string(), z.base64())

export function pack(files: FlowFiles): Uint8Array {
  const entries = [...files].map(([name, text]) => [name, Buffer.from(text).toString('base64')])
  return gzipSync(JSON.stringify(Object.fromEntries(entries)))
}

export function hashOfContent(content: Uint8Array): string {
  return hash('sha256', content, 'hex')
}

/** @throws Error where it is not what has this hash */
export function unpack(content: Uint8Array, expected: string): FlowFiles {
  if (hashOfContent(content) !== expected)
    throw new Error('The files that came are not those that the publisher signed.')
  const text = gunzipSync(content, { maxOutputLength: MOST_BYTES }).toString()
  const files = packed.parse(JSON.parse(text))
  return new Map(Object.entries(files).map(([name, base64]) => [name, Buffer.from(base64, 'base64')]))
}
