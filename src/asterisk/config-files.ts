import { globSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'

/** A line of a configuration file without its comment; lines that are empty then are left out. */
export interface ConfigLine {
  readonly file: string
  /** Counts from 1. */
  readonly line: number
  readonly text: string
}

/** An `#include` or `#tryinclude`; a pattern such as `*.conf` is one for each file. */
export interface Inclusion extends ConfigLine {
  readonly isTry: boolean
  /** Absolute. */
  readonly target: string
  /** Why this process cannot read the target; undefined if it can. */
  readonly unread: string | undefined
}

export interface ConfigFile {
  /** In the order in which Asterisk reads them, with those of included files in the place of the `#include`. */
  readonly lines: readonly ConfigLine[]
  readonly inclusions: readonly Inclusion[]
}

/** Asterisk gives up there, too. */
const DEEPEST = 10

/**
 * A file of Asterisk's configuration and all that it includes. What `#exec` prints is left out.
 * @param folder Asterisk's configuration folder, which names of included files are relative to
 * @throws Error where the file itself cannot be read
 */
export async function readConfig(folder: string, name: string): Promise<ConfigFile> {
  const lines: ConfigLine[] = []
  const inclusions: Inclusion[] = []
  const read = async (file: string, depth: number): Promise<void> => {
    for (const line of withoutComments(file, await readFile(file, 'utf8'))) {
      const [, directive, target] = /^#(include|tryinclude)\s+["<]?([^">]+?)[">]?$/.exec(line.text) ?? []
      if (target === undefined || depth === DEEPEST) {
        lines.push(line)
        continue
      }
      for (const one of filesOf(resolve(folder, target))) {
        const unread = await read(one, depth + 1).then(
          () => undefined,
          (error: Error) => error.message,
        )
        inclusions.push({ ...line, isTry: directive === 'tryinclude', target: one, unread })
      }
    }
  }
  await read(resolve(folder, name), 0)
  return { lines, inclusions }
}

function filesOf(target: string): readonly string[] {
  return /[*?[]/.test(target) ? globSync(target).sort() : [target]
}

/** A comment goes from `;` to the end of the line, or from `;--` to `--;` over several; `\;` is a semicolon. */
function withoutComments(file: string, text: string): readonly ConfigLine[] {
  const blocks = text.replace(/;--(?!-)[\s\S]*?--;/g, (block) => block.replace(/[^\n]/g, ''))
  return blocks.split('\n').flatMap((line, index) => {
    const kept = line.replace(/(^|[^\\]);.*$/, '$1').trim()
    return kept === '' ? [] : [{ file, line: index + 1, text: kept }]
  })
}

/** The name of a section and what stands in parentheses behind it (`+`, `!`, templates); undefined for other lines. */
export function sectionOf({
  text,
}: ConfigLine): { readonly name: string; readonly options: string } | undefined {
  const [, name, options = ''] = /^\[([^\]]+)\]\s*(?:\(([^)]*)\))?/.exec(text) ?? []
  return name === undefined ? undefined : { name, options }
}
