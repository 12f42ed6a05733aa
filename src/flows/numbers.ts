import { suggestion } from '../lib/nearest.js'
import { readNumberTable } from '../routing/number-file.js'
import type { NumberTable } from '../routing/number-table.js'
import { asBuffer, lineNumber } from '../routing/number-table.js'
import type { NumberPattern } from '../routing/types.js'
import { ANONYMOUS, isE164, readNumber } from '../sip/phone-number.js'
import type { Diagnostics, Problem, YamlPath } from './problem.js'
import type { NumbersSource, RoutingSource } from './schema.js'
import { listed } from './shape.js'
import { type FlowSource, fileName, notUtf8 } from './source.js'

/** Reads telephone numbers, prefixes and files of numbers. Each file is parsed once, however often it is named. */
export class Numbers {
  readonly #tables = new Map<string, NumberTable>()

  /** @param country ISO 3166 code of `default_country`. */
  constructor(
    private readonly source: FlowSource,
    private readonly country: string | undefined,
    private readonly named: RoutingSource['tables'],
    private readonly diagnostics: Diagnostics,
  ) {}

  /** A number, a prefix, a list of both, a file of numbers, or a table. */
  pattern(written: NumbersSource, path: YamlPath): NumberPattern {
    if (isReference(written)) {
      const { file, table = '' } = written
      const none = { exact: new Set<string>(), prefixes: [] }
      if (file === undefined)
        return { ...none, ...this.table(table, [...path, 'table']), text: `{ table: ${table} }` }
      const tables = this.file(file, [...path, 'file'])
      return { ...none, tables, outsideTables: [], text: `{ file: ${file} }` }
    }
    const texts = listed(written, path)
    const exact = texts.filter(([text]) => !isPrefix(text)).map(([text, at]) => this.exact(text, at))
    const prefixes = texts.filter(([text]) => isPrefix(text)).map(([text, at]) => this.#prefix(text, at))
    const shown = texts.slice(0, 5).map(([text]) => text)
    const more = texts.length > 5 ? `, … (${texts.length})` : ''
    return { exact: new Set(exact), prefixes, tables: [], outsideTables: [], text: shown.join(', ') + more }
  }

  /** A number that stands alone, as under `vip.numbers`, where a prefix has no meaning. */
  exact(text: string, path: YamlPath): string {
    if (isPrefix(text)) {
      const message = `"${text}" is a prefix, and VIP numbers are whole numbers; use a rule with "caller" for it`
      this.diagnostics.problem(path, 'flows.number', message)
      return text
    }
    const number = readNumber(text, this.country)
    if (!isE164(number) && !isComparedAsItIs(number))
      this.diagnostics.warning(path, 'flows.number', this.#unreadable(text))
    return number
  }

  #unreadable(text: string, more = 0): string {
    const remedy =
      this.country === undefined
        ? 'write + and the country code, or set default_country'
        : 'write + and the country code'
    const others = more === 0 ? '' : ` (nor ${more === 1 ? 'one other' : `${more} others`} here)`
    return `"${text}" can't be read as a telephone number${others}, so it matches only what is written exactly like it; ${remedy}`
  }

  /** A name under `tables`: a file of the revision, or a table from outside. */
  table(name: string, path: YamlPath): Pick<NumberPattern, 'tables' | 'outsideTables'> {
    const entry = this.named?.[name]
    if (entry?.file !== undefined)
      return { tables: this.file(entry.file, ['tables', name, 'file']), outsideTables: [] }
    const known = Object.keys(this.named ?? {})
    if (!known.includes(name)) {
      const message = `there is no table "${name}"${suggestion(name, known)}`
      this.diagnostics.problem(path, 'flows.unknown_name', message)
    }
    return { tables: [], outsideTables: [name] }
  }

  /** The table of a file, in a list; a problem at the path where it is named if there is none. */
  file(written: string, path: YamlPath): readonly NumberTable[] {
    const content = this.source.read(written, 'numbers')
    if (!Buffer.isBuffer(content)) {
      this.diagnostics.problem(path, content.code, content.message)
      return []
    }
    const name = fileName(written)
    return [this.#tables.get(name) ?? this.#parse(name, content)]
  }

  #parse(file: string, content: Buffer): NumberTable {
    const garbled = [notUtf8(content)].filter((one) => one !== undefined)
    // UTF-16 has nothing that could be read beside that.
    const readable = garbled.length > 0 && content.includes(0) ? Buffer.alloc(0) : content
    const { table, problems, duplicates } = readNumberTable(file, readable, this.country)
    this.#tables.set(file, table)
    this.diagnostics.add(
      [...garbled, ...problems].map((found) => ({ file, code: 'flows.number_file', ...found })),
      [
        ...duplicates.map((found) => ({ file, code: 'flows.duplicate', ...found })),
        ...this.#nationalNumbers(table),
      ],
    )
    return table
  }

  /** One warning for a whole file. */
  #nationalNumbers({ file, literals, content }: NumberTable): readonly Problem[] {
    const [first, ...others] = [...literals].filter(([number]) => !isComparedAsItIs(number))
    if (first === undefined) return []
    const [text, start] = first
    const message = this.#unreadable(text, others.length)
    return [{ file, line: lineNumber(asBuffer(content), start), column: 1, code: 'flows.number', message }]
  }

  /** A prefix is compared with numbers in E.164, so it begins as they do; people group digits as they like. */
  #prefix(text: string, path: YamlPath): string {
    const digits = text.trim().replace(/[ ().*-]/g, '')
    if (!/^\+[1-9][0-9]{0,14}$/.test(digits)) {
      const message = `"${text}" is no prefix: write + and the country code first and * at the end, as in "+1555*"`
      this.diagnostics.problem(path, 'flows.number', message)
    }
    return digits
  }
}

/** A short extension, a feature code and a withheld number. */
function isComparedAsItIs(number: string): boolean {
  return number === ANONYMOUS || /^[0-9*#]{1,6}$/.test(number)
}

/** `{ file: numbers.csv }` or `{ table: gold }`. */
export function isReference(written: NumbersSource): written is Exclude<NumbersSource, string | string[]> {
  return typeof written === 'object' && !Array.isArray(written)
}

function isPrefix(text: string): boolean {
  return text.trim().length > 1 && text.trim().endsWith('*')
}
