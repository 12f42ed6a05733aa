import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { PassedFacts } from '../../../src/asterisk/dialplan/arguments.js'
import { type DialplanOptions, generateDialplan } from '../../../src/asterisk/dialplan/generate.js'
import { type DialplanStep, stepDifferences, stepsOf } from '../../../src/asterisk/dialplan/steps.js'
import { dialplanFor } from '../../../src/call/passed-facts.js'
import { writeDialplanFile } from '../../../src/cli/dialplan.js'
import { compile } from '../../../src/flows/compile.js'
import { projectFolder } from '../../flows/project-folder.js'
import { runningDialplan } from './running-dialplan.js'

/** The generated text for one instance, and how others differ. `UPDATE_GOLDEN=1` writes it anew; look at what changed. */
const GOLDEN = projectFolder('test', 'golden', 'dialplan.txt')
const SAMPLE = projectFolder('asterisk-conf', 'extensions_doorman.conf')

const NOTHING: PassedFacts = {
  ...{ headers: [], repeatable: [], attestation: false, listAlways: false, listsAll: false, prefixes: [] },
}
const BASE: DialplanOptions = {
  applications: ['doorman'],
  passed: { ...NOTHING, headers: ['from', 'x-vip'], repeatable: ['x-vip'], prefixes: ['from', 'x-vip'] },
  fallbackFlow: 'support',
  fallback: { context: 'general-support', extension: 's', priority: 1 },
}
const all = { ...NOTHING, listAlways: true, listsAll: true, prefixes: ['a', 'x'] }
const VARIANTS: Readonly<Record<string, Partial<DialplanOptions>>> = {
  'two instances': { applications: ['doorman-a', 'doorman-b'] },
  'a code flow, which may ask for any header': { passed: { ...all, headers: ['from'] } },
  'very many headers': { passed: all },
  attestation: { passed: { ...BASE.passed, attestation: true } },
  'a fallback at the number that was dialled': { fallback: { ...BASE.fallback, extension: 'dialled' } },
  'other limits of visits': { visits: { most: 3, seconds: 20, inAll: 7 } },
}

/** The long list of `DOORMAN_HEADER_n` is not worth reading. */
const shortened = (text: string) => text.replace(/(HEADER_3\})(&\$\{DOORMAN_HEADER_\d+\})+(&end)/g, '$1 … $3')
const linesOf = (options: Partial<DialplanOptions>) =>
  shortened(generateDialplan({ ...BASE, ...options }).text).split('\n')

/** The lines of one that the other lacks, behind a sign. */
const lacking = (sign: string, some: readonly string[], others: readonly string[]) =>
  some.filter((line) => !others.includes(line)).map((line) => `${sign}${line}`)

function goldenText(): string {
  const base = linesOf({})
  const variants = Object.entries(VARIANTS).flatMap(([name, options]) => {
    const lines = linesOf(options)
    return ['', `=== ${name}`, ...lacking('- ', base, lines), ...lacking('+ ', lines, base)]
  })
  return `${[...base, ...variants].join('\n')}\n`
}

describe('the generated dialplan', () => {
  test('is the one of the golden file', () => {
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, goldenText())
    expect(goldenText()).toBe(readFileSync(GOLDEN, 'utf8'))
  })

  test('for flows/ is the sample: "doorman dialplan --write" writes it again', async () => {
    const compiled = await compile(projectFolder('flows'))
    if (!compiled.ok) throw new Error('flows/ has problems')
    const { text } = dialplanFor(['doorman'], compiled.revision)
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(SAMPLE, text)
    expect(text).toBe(readFileSync(SAMPLE, 'utf8'))
  })

  test.each(Object.entries({ ...VARIANTS, 'one instance': {} }))(
    'for %s has the steps of its text',
    (_, options) => {
      const { text } = generateDialplan({ ...BASE, ...options })
      expect(runningDialplan(text).steps).toEqual(stepsOf(text))
    },
  )

  test('has a label for every jump, no line that Asterisk cuts, and no ";" but for a comment', () => {
    for (const options of Object.values(VARIANTS)) {
      const lines = generateDialplan({ ...BASE, ...options }).text.split('\n')
      const labels = lines.flatMap((line) => /^ same => n\(([\w-]+)\)/.exec(line)?.[1] ?? [])
      const jumps = lines.flatMap((line) => /,Goto(?:If)?\((?:.*\?:?)?([\w-]+)\)$/.exec(line)?.[1] ?? [])
      expect(labels).toEqual(expect.arrayContaining(jumps.filter((label) => label !== 'fallback')))
      expect(new Set(labels).size).toBe(labels.length)
      expect(lines.filter((line) => line.length > 8_000 || /^[^;].*;/.test(line))).toEqual([])
    }
  })

  test('has another marker where it does anything else, and the same one otherwise', () => {
    const markers = [{}, ...Object.values(VARIANTS), { fallbackFlow: 'other' }].map(
      (options) => generateDialplan({ ...BASE, ...options }).marker,
    )
    expect(new Set(markers).size).toBe(markers.length)
    expect(generateDialplan({ ...BASE }).marker).toBe(markers[0])
    expect(markers[0]).toMatch(/^dialplan_[0-9a-f]{12}$/)
  })
})

describe('the differences of a running dialplan', () => {
  const steps = stepsOf(generateDialplan(BASE).text)
  const [first, second, ...rest] = steps as readonly [DialplanStep, DialplanStep, ...DialplanStep[]]

  test('are none where the steps are the same, whatever their order', () => {
    expect(stepDifferences(steps, steps.toReversed())).toEqual([])
  })

  test('are a line each: changed, missing and more', () => {
    const running = [{ ...first, data: 'else' }, ...rest, { ...first, extension: 'x' }]
    expect(stepDifferences([first, second, ...rest], running)).toEqual([
      'doorman,_[+*#0-9]!,1: runs Set(else), written is Set(DOORMAN_DIALLED=${EXTEN})',
      'doorman,_[+*#0-9]!,2: runs nothing, written is GotoIf(${DOORMAN_VISITS}?s,again:s,first)',
      'doorman,x,1: runs Set(DOORMAN_DIALLED=${EXTEN}), written is nothing',
    ])
  })

  test('of long steps are shown from where they begin', () => {
    const long = (end: string) => [{ ...first, data: `${'a'.repeat(100)}${end}` }]
    const [difference] = stepDifferences(
      long('one, and so on for some more characters than are shown'),
      long('two'),
    )
    expect(difference).toMatch(/: runs …a{20}two\), written is …a{20}one, and so on [^…]*…$/)
  })
})

const TEXT = '[doorman]\nexten => s,1,NoOp()\n'
let folder = ''
let file = ''

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'doorman-file-'))
  file = join(folder, 'extensions_doorman.conf')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the file of the generated contexts', () => {
  test('is made where there is none, readable for Asterisk, and nothing is left beside it', async () => {
    expect(await writeDialplanFile(file, TEXT)).toBe('written')
    expect(readFileSync(file, 'utf8')).toBe(TEXT)
    expect(statSync(file).mode & 0o777).toBe(0o644)
    expect(readdirSync(folder)).toEqual(['extensions_doorman.conf'])
  })

  test('is replaced as a whole: a process that has the old one open reads it to its end', async () => {
    writeFileSync(file, '[doorman]\nexten => s,1,Hangup()\n')
    const before = statSync(file).ino
    expect(await writeDialplanFile(file, TEXT)).toBe('written')
    expect(statSync(file).ino).not.toBe(before)
  })

  test('is not touched where it has the text already', async () => {
    await writeDialplanFile(file, TEXT)
    const before = statSync(file)
    expect(await writeDialplanFile(file, TEXT)).toBe('unchanged')
    expect([statSync(file).ino, statSync(file).mtimeMs]).toEqual([before.ino, before.mtimeMs])
  })

  test('may be a link, which stays one', async () => {
    const real = join(folder, 'real.conf')
    writeFileSync(real, '')
    symlinkSync(real, file)
    await writeDialplanFile(file, TEXT)
    expect(lstatSync(file).isSymbolicLink()).toBe(true)
    expect(readFileSync(real, 'utf8')).toBe(TEXT)
  })

  test.each(['[from-trunk]', ' [globals]', '#include "other.conf"', '#exec /bin/date'])(
    'is not written over a file with %s in it',
    async (line) => {
      const before = `; mine\n${line}\n[doorman]\n`
      writeFileSync(file, before)
      await expect(writeDialplanFile(file, TEXT)).rejects.toThrow(line.trim())
      expect(readFileSync(file, 'utf8')).toBe(before)
    },
  )

  test('that cannot be written says so, and leaves nothing behind', async () => {
    const nowhere = join(folder, 'no-such-folder/extensions_doorman.conf')
    await expect(writeDialplanFile(nowhere, TEXT)).rejects.toThrow(`${nowhere} cannot be written`)
    await expect(writeDialplanFile(folder, TEXT)).rejects.toThrow('Nothing was changed')
    expect(readdirSync(folder)).toEqual([])
  })
})
