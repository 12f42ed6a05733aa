import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

/** What decide.bench.js says of decisions with the most VIP numbers it tries. */
export interface DecideFigures {
  readonly p50_us: number
  readonly p99_us: number
  readonly rules: number
  readonly vips: number
  readonly load_s: number
  /** The file, which is kept, and the index beside it. */
  readonly load_mb: number
}

/** Runs decide.bench.js and shows what it prints. */
export function measureDecide(): DecideFigures {
  const script = join(import.meta.dirname, 'decide.bench.js')
  const printed = execFileSync(process.execPath, ['--expose-gc', script], { encoding: 'utf8' })
  process.stderr.write(printed)
  return decideFigures(printed)
}

/** Reads the table that decide.bench.js prints: the row with the most VIPs, the first that any of them has. */
export function decideFigures(printed: string): DecideFigures {
  const rows = printed
    .split('\n')
    .filter((line) => line.startsWith('│'))
    .map(cells)
  const [names = [], ...values] = rows
  const row = values.at(-1) ?? []
  const figure = (name: string): number => {
    const value = Number(row[names.indexOf(name)] ?? Number.NaN)
    if (Number.isNaN(value)) throw new Error(`decide.bench.js prints no "${name}" any more:\n${printed}`)
    return value
  }
  return {
    p50_us: figure('decide p50 µs'),
    p99_us: figure('decide p99 µs'),
    rules: Number(/^(\d+) rules/m.exec(printed)?.[1] ?? Number.NaN),
    vips: figure('VIPs'),
    load_s: figure('load ms') / 1_000,
    load_mb: figure('file MB') + figure('index MB'),
  }
}

function cells(line: string): readonly string[] {
  return line.split('│').map((cell) => cell.trim())
}
