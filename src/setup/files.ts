import { readFileSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { type ConfigSource, configFolder } from '../asterisk/config.js'
import type { Ownership } from '../lib/replace-file.js'
import { withoutBlock } from './marked-block.js'

/** A file as it is: its bytes, its owner and its mode. */
export interface FileState extends Ownership {
  readonly content: Buffer
}

/** Undefined if there is none. @throws Error of the file system, such as EACCES */
export function stateOf(path: string): FileState | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats === undefined) return undefined
  return { content: readFileSync(path), uid: stats.uid, gid: stats.gid, mode: stats.mode & 0o7777 }
}

/** Those that are not as they were when they were looked at: someone is writing them. */
export function changedSince(
  files: readonly { readonly path: string; readonly before: FileState | undefined }[],
) {
  return files.filter(({ path, before }) => !isDeepStrictEqual(stateOf(path), before)).map(({ path }) => path)
}

/** Each byte a character, so that a file in any encoding comes back as it was. */
export const textOf = (content: Buffer): string => content.toString('latin1')
export const bytesOf = (text: string): Buffer => Buffer.from(text, 'latin1')

/** Asterisk's configuration folder as it is without what setup has added to it; `own` are its own files. */
export function configSource(folder: string, own: readonly string[]): ConfigSource {
  return {
    ...configFolder(folder),
    read(name) {
      const state = own.includes(name) ? undefined : stateOf(resolve(folder, name))
      return state === undefined ? undefined : withoutBlock(textOf(state.content))
    },
  }
}
