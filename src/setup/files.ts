import { readFileSync, statSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import { type ConfigSource, configFolder } from '../asterisk/config.js'
import type { Ownership } from '../lib/replace-file.js'

/** A file as it is. */
export interface FileState extends Ownership {
  /** Each byte a character (Latin-1), so that a file in any encoding comes back as it was. */
  readonly content: string
}

/** A file as it is and as it will be; undefined where there is none. */
export interface Change {
  readonly path: string
  readonly why: string
  readonly before?: FileState | undefined
  readonly after?: FileState | undefined
}

/** Undefined if there is none. @throws Error of the file system, such as EACCES */
export function stateOf(path: string): FileState | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  const { uid, gid, mode } = stats
  return { content: readFileSync(path, 'latin1'), uid, gid, mode: mode & 0o7777 }
}

/** Those that are not as they were when they were looked at: someone is writing them. */
export function changedSince(changes: readonly Change[]): readonly string[] {
  return changes
    .filter(({ path, before }) => !isDeepStrictEqual(stateOf(path), before))
    .map(({ path }) => path)
}

/** A text of Doorman's own as the content of a file. */
export function contentOf(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1')
}

/** The content of a file in UTF-8 as text. */
export function textOf(content: string): string {
  return Buffer.from(content, 'latin1').toString('utf8')
}

/** Asterisk's configuration folder as it is without what setup has added to it; `own` are its own files. */
export function configSource(folder: string, own: readonly string[]): ConfigSource {
  const source = configFolder(folder)
  return {
    ...source,
    read(name) {
      const text = own.includes(name) ? undefined : source.read(name)
      return text === undefined ? undefined : withoutBlock(text)
    },
  }
}

/** The lines between which all stands that setup adds to a file of the admin's. */
const BEGIN = '; --- doorman setup: begin ("doorman setup --undo" removes these lines) ---'
const END = '; --- doorman setup: end ---'

/** A file with a begin and no end, so that what was added cannot be told from the rest. */
export class BlockError extends Error {}

/** The text without the block; as it is where there is none. @throws BlockError */
export function withoutBlock(text: string): string {
  const begin = text.indexOf(BEGIN)
  if (begin === -1) return text
  const end = text.indexOf(END, begin)
  if (end === -1)
    throw new BlockError('It has the begin line of "doorman setup", and no end line. Remove these lines')
  const lineEnd = text.indexOf('\n', end)
  return text.slice(0, begin) + (lineEnd === -1 ? '' : text.slice(lineEnd + 1))
}

/** The lines of the block; none where there is none. */
export function blockOf(text: string): string {
  const begin = text.indexOf(BEGIN)
  return begin === -1 ? '' : text.slice(begin, text.indexOf(END, begin))
}

/** The text with these lines in a block at its end, in place of one that it had; without lines, without a block. */
export function withBlock(text: string, lines: readonly string[]): string {
  const rest = withoutBlock(text)
  if (lines.length === 0) return rest
  const lineEnd = rest.includes('\r\n') ? '\r\n' : '\n'
  const gap = rest === '' || rest.endsWith('\n') ? '' : lineEnd
  return rest + gap + [BEGIN, ...lines, END, ''].join(lineEnd)
}
