import { suggestion } from '../lib/text.js'
import { readNumberTable } from '../routing/number-file.js'
import { asBuffer, lineNumber, type NumberTable } from '../routing/number-table.js'
import type { NumberPattern } from '../routing/types.js'
import { ANONYMOUS, isE164, readNumber } from '../sip/phone-number.js'
import type { Problem } from './problem.js'
import type { NumbersSource, RoutingSource } from './schema.js'
import type { YamlValue } from './shape.js'
import { type FlowSource, fileName, notUtf8 } from './source.js'

/** Reads telephone numbers, prefixes and files of numbers. Each file is parsed once, however often it is named. */
export class Numbers {
  readonly #tables = new Map<string, NumberTable>()
  /** ISO 3166 code. */
  readonly #country: string | undefined
  /** Whether some file could not be read whole: then its columns are not known. */
  hasUnreadFiles = false

  constructor(
    private readonly source: FlowSource,
    private readonly routing: YamlValue<RoutingSource>,
  ) {
    this.#country = routing.value.default_country
  }

  /** A number, a prefix, a list of both, a file of numbers, or a table. */
  pattern(written: YamlValue<NumbersSource | undefined>): NumberPattern {
    if (written.isMap()) {
      const none = { exact: new Set<string>(), prefixes: [], tables: [], outsideTables: [] }
      const [file, table] = [written.at('file'), written.at('table')]
      if (file.isThere()) return { ...none, tables: this.file(file), text: `{ file: ${file.value} }` }
      return { ...none, ...(table.isThere() && this.table(table)), text: `{ table: ${table.value} }` }
    }
    const texts = written.items
    const exact = texts.filter(({ value }) => !isPrefix(value)).map((text) => this.exact(text))
    const prefixes = texts.filter(({ value }) => isPrefix(value)).map((text) => this.#prefix(text))
    const shown = texts.slice(0, 5).map(({ value }) => value)
    const more = texts.length > 5 ? `, … (${texts.length})` : ''
    return { exact: new Set(exact), prefixes, tables: [], outsideTables: [], text: shown.join(', ') + more }
  }

  /** A number that stands alone, as under `vip.numbers`, where a prefix has no meaning. */
  exact(written: YamlValue<string>): string {
    const text = written.value
    if (isPrefix(text)) {
      const message = `"${text}" is a prefix, and VIP numbers are whole numbers; use a rule with "caller" for it`
      written.problem('flows.number', message)
      return text
    }
    const number = readNumber(text, this.#country)
    if (!isE164(number) && !isComparedAsItIs(number)) written.warning('flows.number', this.#unreadable(text))
    return number
  }

  #unreadable(text: string, more = 0): string {
    const plus = 'write + and the country code'
    const isPattern = /^_/.test(text)
    const remedy = isPattern
      ? 'there are no dialplan patterns here: a prefix is "+1555*"'
      : `${plus}${this.#country === undefined ? ', or set default_country' : ''}`
    const others = more === 0 ? '' : ` (nor ${more === 1 ? 'one other' : `${more} others`} here)`
    return `"${text}" can't be read as a telephone number${others}, so it matches only what is written exactly like it; ${remedy}`
  }

  /** A name under `tables`: a file of the revision, or a table from outside. */
  table(written: YamlValue<string>): Pick<NumberPattern, 'tables' | 'outsideTables'> {
    const { value: name } = written
    const file = this.routing.at('tables').at(name).at('file')
    if (file.isThere()) return { tables: this.file(file), outsideTables: [] }
    const known = Object.keys(this.routing.value.tables ?? {})
    if (!known.includes(name))
      written.problem('flows.unknown_name', `there is no table "${name}"${suggestion(name, known)}`)
    return { tables: [], outsideTables: [name] }
  }

  /** The table of a file, in a list; a problem at the path where it is named if there is none. */
  file(written: YamlValue<string>): readonly NumberTable[] {
    const content = this.source.read(written.value, 'numbers')
    if (!Buffer.isBuffer(content)) {
      written.problem(content.code, content.message)
      this.hasUnreadFiles = true
      return []
    }
    const name = fileName(written.value)
    return [this.#tables.get(name) ?? this.#parse(name, content)]
  }

  #parse(file: string, content: Buffer): NumberTable {
    const garbled = [notUtf8(content)].filter((one) => one !== undefined)
    // UTF-16 has nothing that could be read beside that.
    const readable = garbled.length > 0 && content.includes(0) ? Buffer.alloc(0) : content
    const { table, problems, duplicates } = readNumberTable(file, readable, this.#country)
    this.#tables.set(file, table)
    if (garbled.length + problems.length > 0) this.hasUnreadFiles = true
    this.routing.diagnostics.add(
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
  #prefix(written: YamlValue<string>): string {
    const text = written.value
    const digits = text.trim().replace(/[ ().*-]/g, '')
    if (!/^\+[1-9][0-9]{0,14}$/.test(digits)) {
      const message = `"${text}" is no prefix: write + and the country code first and * at the end, as in "+1555*"`
      written.problem('flows.number', message)
    }
    return digits
  }
}

/** A short extension, a feature code and a withheld number. */
function isComparedAsItIs(number: string): boolean {
  return number === ANONYMOUS || /^[0-9*#]{1,6}$/.test(number)
}

function isPrefix(text: string): boolean {
  return text.trim().length > 1 && text.trim().endsWith('*')
}
