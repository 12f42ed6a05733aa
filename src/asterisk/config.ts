import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join, matchesGlob, resolve } from 'node:path'

/** Where a configuration stands, for `file:line`. */
export interface ConfigPosition {
  readonly file: string
  readonly line: number
}

export interface ConfigOption extends ConfigPosition {
  readonly key: string
  readonly value: string
}

export interface ConfigSection extends ConfigPosition {
  readonly name: string
  /** `[name](!)`: other sections may inherit its options; Asterisk reads it for nothing else. */
  readonly isTemplate: boolean
  /** Inherited ones first, those of a `[name](+)` last: of two for one key the last counts. */
  readonly options: ConfigOption[]
}

/** An `#include` or `#tryinclude`. */
export interface Inclusion extends ConfigPosition {
  /** As it is written there. */
  readonly name: string
  /** `#tryinclude`: Asterisk does without what it cannot read. */
  readonly isTry: boolean
}

/** A file of Asterisk's configuration with all that it includes, in Asterisk's own order. */
export interface AsteriskConfig {
  readonly sections: readonly ConfigSection[]
  readonly includes: readonly Inclusion[]
  /** What makes Asterisk (16 and 22) ignore the whole configuration, a line each. */
  readonly faults: readonly string[]
}

/** The configuration folder: what a file holds; undefined if there is none. */
export interface ConfigSource {
  read(name: string): string | undefined
  /** The names that an `#include` stands for, which may hold `*`. */
  matching(pattern: string): readonly string[]
}

/**
 * The folder as it is, each byte a character. What this process may not read is an error, as it is no answer to what
 * Asterisk reads.
 */
export function configFolder(folder: string): ConfigSource {
  return {
    read: (name) => unlessMissing(() => readFileSync(resolve(folder, name), 'latin1')),
    matching(pattern) {
      const inFolder = dirname(pattern)
      const names = unlessMissing(() => readdirSync(resolve(folder, inFolder))) ?? []
      // As glob(3), `*` stands for no dot at the beginning.
      return names
        .filter((name) => matchesGlob(name, basename(pattern)) && !name.startsWith('.'))
        .map((name) => join(inFolder, name))
        .sort()
    },
  }
}

function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined
    throw error
  }
}

/** Includes that lead to themselves are an error of Asterisk's, too. */
const MOST_NESTED = 10

/** Reads a file and its includes as Asterisk 16 and 22 do (main/config.c); `#exec` is not run. */
export function readConfig(name: string, source: ConfigSource): AsteriskConfig {
  const reader = new ConfigReader(source)
  const text = source.read(name)
  if (text !== undefined) reader.readFile(name, text, 0)
  return reader
}

class ConfigReader implements AsteriskConfig {
  readonly sections: ConfigSection[] = []
  readonly includes: Inclusion[] = []
  readonly faults: string[] = []

  constructor(private readonly source: ConfigSource) {}

  /** An included file ends where it ends: what follows the `#include` belongs to the section before it. */
  readFile(file: string, text: string, depth: number, outer?: ConfigSection): void {
    let current = outer
    for (const [index, content] of withoutComments(text).entries()) {
      const at = { file, line: index + 1 }
      const [, kind, target] = /^#(include|tryinclude)\s+["<]?([^">]*)[">]?/.exec(content) ?? []
      const [, name, marks = ''] = /^\[([^\]]*)\](?:\s*\(([^)]*)\))?/.exec(content) ?? []
      const [, key, value] = /^([^=]+?)\s*=>?\s*(.*)$/.exec(content) ?? []
      if (target !== undefined)
        this.#include({ name: target.trim(), isTry: kind === 'tryinclude', ...at }, depth, current)
      else if (name !== undefined) current = this.#section(name, marks, at)
      else if (key !== undefined && value !== undefined) current?.options.push({ key, value, ...at })
    }
  }

  #include(inclusion: Inclusion, depth: number, current?: ConfigSection): void {
    const { name, isTry, file: by, line } = inclusion
    this.includes.push(inclusion)
    const files = depth >= MOST_NESTED ? [] : this.source.matching(name)
    if (files.length === 0 && !isTry && !name.includes('*'))
      this.faults.push(`${by}:${line}: #include "${name}": there is no such file that can be read.`)
    for (const file of files) this.readFile(file, this.source.read(file) ?? '', depth + 1, current)
  }

  #section(name: string, marks: string, at: ConfigPosition): ConfigSection | undefined {
    const [isAddition, isTemplate] = [/\+/.test(marks), /!/.test(marks)]
    const existing = this.sections.find((section) => section.name === name && !section.isTemplate)
    if (isAddition && existing === undefined)
      this.faults.push(`${at.file}:${at.line}: [${name}](+) has no plain [${name}] before it.`)
    const inherited = marks
      .split(',')
      .map((mark) => mark.trim())
      .flatMap((mark) => this.sections.find((section) => section.name === mark)?.options ?? [])
    if (isAddition) {
      existing?.options.push(...inherited)
      return existing
    }
    const section = { name, isTemplate, options: [...inherited], ...at }
    this.sections.push(section)
    return section
  }
}

/** The lines without comments and spaces around them: `; …` and `;-- … --;`, which may span lines. `\;` is text. */
function withoutComments(text: string): string[] {
  let depth = 0
  return text.split('\n').map((line) => {
    let kept = ''
    for (let at = 0; at < line.length; at++) {
      if (line.startsWith(';--', at) && line[at + 3] !== '-') {
        depth += 1
        at += 2
      } else if (depth > 0) {
        if (!line.startsWith('--;', at)) continue
        depth -= 1
        at += 2
      } else if (line[at] === '\\' && line[at + 1] === ';') {
        kept += ';'
        at += 1
      } else if (line[at] === ';') break
      else kept += line[at]
    }
    return kept.trim()
  })
}

/** The sections of this name that Asterisk reads as such; it takes the first, or refuses the file for the second. */
export function sectionsNamed(config: AsteriskConfig, name: string): readonly ConfigSection[] {
  return config.sections.filter((section) => section.name === name && !section.isTemplate)
}

/** What makes Asterisk ignore a file at its next start (`isFatal`), or a section of it (16.28, 22.10), and the remedy. */
export function problemsIn(name: string, config: AsteriskConfig) {
  const [, ...others] = sectionsNamed(config, 'general')
  const isFatal = name === 'ari.conf'
  const effect = isFatal
    ? 'this second [general] stops ARI at the next restart'
    : 'Asterisk ignores this second [general]'
  return [
    ...config.faults.map((says) => ({
      isFatal: true,
      says: `${says} Asterisk refuses ${name} at the next restart.`,
      remedy: 'Correct that line, before Asterisk is restarted.',
    })),
    ...others.map(({ file, line }) => ({
      isFatal,
      says: `${file}:${line}: ${effect}.`,
      remedy: 'Write  [general](+)  there, which adds to the first.',
    })),
  ]
}

/** The value that counts: the last. */
export function optionOf(section: ConfigSection | undefined, key: string): string | undefined {
  return section?.options.findLast((option) => option.key.toLowerCase() === key)?.value
}

/** As ast_true() of Asterisk; a value may be neither. */
export function isTrue(value: string | undefined): boolean {
  return /^(yes|true|y|t|1|on)$/i.test(value ?? '')
}

/** As ast_false(). */
export function isFalse(value: string | undefined): boolean {
  return /^(no|false|n|f|0|off)$/i.test(value ?? '')
}

/** A user of this machine, by its numbers. */
export interface FileUser {
  readonly uid: number
  readonly gid: number
  /** Its group among them. */
  readonly groups: readonly number[]
}

/** As whom the Asterisk of this configuration reads its files: that of its process, else the user in asterisk.conf. */
export function asteriskUser(folder: string): FileUser | undefined {
  const config = tried(() => readConfig('asterisk.conf', configFolder(folder)))
  const option = (section: string, key: string) => config && optionOf(sectionsNamed(config, section)[0], key)
  const pidFile = join(option('directories', 'astrundir') ?? '/var/run/asterisk', 'asterisk.pid')
  const status = tried(() => readFileSync(`/proc/${readFileSync(pidFile, 'utf8').trim()}/status`, 'utf8'))
  // proc(5): of the real, effective, saved and file-system number the last counts for files.
  const numbers = (key: string) =>
    new RegExp(`^${key}:(.*)$`, 'm')
      .exec(status ?? '')?.[1]
      ?.match(/\d+/g)
      ?.map(Number) ?? []
  const [uid, gid] = [numbers('Uid').at(-1), numbers('Gid').at(-1)]
  // A process of another name has the number of one that has crashed.
  if (uid !== undefined && gid !== undefined && /^Name:\s*asterisk$/m.test(status ?? ''))
    return { uid, gid, groups: [gid, ...numbers('Groups')] }
  const name = option('options', 'runuser')
  return name === undefined ? undefined : userNamed(name)
}

/** Undefined if there is no such user. */
export function userNamed(name: string): FileUser | undefined {
  const numbers = (option: string) =>
    execFileSync('id', [option, name], { encoding: 'utf8', stdio: 'pipe' }).trim().split(' ').map(Number)
  return tried(() => {
    const [[uid = 0], groups] = [numbers('-u'), numbers('-G')]
    return { uid, gid: groups[0] ?? 0, groups }
  })
}

function tried<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch {
    return undefined
  }
}
