import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals'
import { runToEnd } from '../support/child.js'
import { ConsoleStream } from '../support/console-stream.js'
import { DOORMAN } from '../support/doorman.js'
import { labFolder } from '../support/lab-folder.js'
import { RENDERED_MS, until } from '../support/until.js'
import { CALLS, isOk, type Result } from './calls.js'
import { formatTable, instructions, jsonLine, newsLines } from './output.js'

// The demo waits until its greetings are rendered.
jest.setTimeout(RENDERED_MS)

/** A lab of the test's own, so that it neither sees nor disturbs a demo that somebody has running. */
const lab = mkdtempSync(join(tmpdir(), 'demo-lab-'))
const launched: ChildProcess[] = []

beforeAll(() => {
  mkdirSync(join(lab, 'roots'))
  for (const name of ['forky', 'databases'])
    symlinkSync(join(labFolder(), 'roots', name), join(lab, 'roots', name))
})
/** What a failed test leaves running: its children end with it, by the guards of the lab. */
afterEach(() => {
  for (const demo of launched.splice(0)) demo.kill('SIGKILL')
})
afterAll(() => rmSync(lab, { recursive: true, force: true }))

class Demo {
  readonly child: ChildProcess
  stdout = ''
  stderr = ''
  readonly ended: Promise<number | null>

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn(process.execPath, [join(import.meta.dirname, 'demo.js'), ...args], {
      env: { ...process.env, DOORMAN_LAB: lab, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    launched.push(this.child)
    for (const name of ['stdout', 'stderr'] as const)
      this.child[name]?.setEncoding('utf8').on('data', (text: string) => {
        this[name] += text
      })
    this.ended = new Promise((resolve) => this.child.once('close', resolve))
  }

  /** Resolves when one of its outputs holds the text; rejects with what it said when it ends without. */
  async says(name: 'stdout' | 'stderr', text: string): Promise<void> {
    if (this[name].includes(text)) return
    const said = new Promise<void>((resolve) => {
      this.child[name]?.on('data', () => this[name].includes(text) && resolve())
    })
    await Promise.race([said, this.ended])
    if (!this[name].includes(text)) throw new Error(`The demo ended without "${text}":\n${this.stderr}`)
  }
}

test('with --once --json it prints one line for each call, all as expected, and exits 0', async () => {
  const demo = new Demo(['--once', '--json'])
  const code = await demo.ended
  const calls = demo.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)

  const keys = ['from', 'to', 'headers', 'trunk', 'expected', 'landed', 'rule', 'heard', 'ok']
  expect(calls.map((call) => ({ keys: Object.keys(call), ok: call.ok, error: call.error }))).toEqual(
    CALLS.map(() => ({ keys, ok: true, error: undefined })),
  )
  expect(calls.map(({ from, to, trunk }) => ({ from, to, trunk }))).toEqual(
    CALLS.map(({ from, to, trunk }) => ({ from, to, trunk })),
  )
  expect(calls[0]).toMatchObject({
    landed: { context: 'vip-support', state: { greeting: 'Welcome back, Ada Byron.', city: 'Albany' } },
    ...{ rule: 'VIP callers', heard: 'Welcome back, Ada Byron.' },
  })
  expect(statSync(join(lab, 'heard/10.wav')).size).toBeGreaterThan(20_000)
  expect(demo.stderr).toContain(`${CALLS.length} of ${CALLS.length} calls went as expected`)
  expect(code).toBe(0)
})

test('it stays up, shows where a further call went, and stops with nothing left behind', async () => {
  const file = join(lab, 'demo.env')
  const demo = new Demo(['--calls', '10/s'])
  await demo.says('stdout', 'Ctrl-C stops both sides')
  const mode = statSync(file).mode & 0o777
  const settings = parseEnv(readFileSync(file, 'utf8')) as Record<string, string>
  const reached = demo.says('stdout', '+15551234567 via carrier-a to South Branch went to vip_support_flow')
  const call = ['call', '--from', '+15551234567', '--to', '5550001111']
  const placed = await runToEnd([...DOORMAN, '--settings', file, ...call], 20_000)
  await reached
  expect(placed).toMatchObject({ code: 0 })
  const { output: checks } = await runToEnd([...DOORMAN, '--settings', file, 'doctor'], 30_000)
  expect(checks).toContain('OK: nothing is wrong.')
  const [, url, token] = /console,[\s\S]*?\n {2}(http:\S+) {3}token (\w+)\n/.exec(demo.stdout) ?? []
  const stream = new ConsoleStream()
  await stream.open(url ?? '', token ?? '')
  await until(() => stream.rows.length > CALLS.length + 3, 'more calls than those of the table')
  await stream.close()
  demo.child.kill('SIGINT')
  const code = await demo.ended

  expect(demo.stdout.split('Ctrl-C stops both sides.')[1]?.trim().split('\n')).toHaveLength(1)
  expect(demo.stdout).toContain('VIP by caller number')
  expect(demo.stdout).toContain('X-VIP: gold (hearsay)')
  expect(demo.stdout).toContain('npx doorman --settings')
  expect(demo.stdout).toMatch(/softphone[\s\S]*127\.0\.0\.1 port \d+,\s+user 1001, password \w+/)
  expect(demo.stdout).toContain('+15551234567 via carrier-a to South Branch went to vip_support_flow')
  expect(demo.stdout).toContain('flows/examples.yaml')
  expect({ mode, code, fileIsThere: existsSync(file) }).toEqual({
    mode: 0o600,
    code: 0,
    fileIsThere: false,
  })
  await expect(fetch(`${settings.DOORMAN_ARI_URL}/ari/asterisk/info`)).rejects.toThrow('fetch failed')
})

test('with --with-database, the UPDATE that it names makes a VIP, and the next one takes it back', async () => {
  const demo = new Demo(['--with-database'])
  await demo.says('stdout', 'Ctrl-C stops both sides')
  const script = join(lab, 'demo-sql')
  const updates = [...demo.stdout.matchAll(/demo-sql "(UPDATE .+)"$/gm)].map(([, sql = '']) => sql)
  const call = ['call', '--from', '5559990011', '--to', '5557654321']
  const calls = async (update: string, rows: string) => {
    const before = demo.stdout.length
    expect(await runToEnd([script, update], 20_000)).toMatchObject({ code: 0, output: 'UPDATE 1\n' })
    await until(() => demo.stdout.includes(`Table customers has ${rows}.`, before))
    return (await runToEnd([...DOORMAN, '--settings', join(lab, 'demo.env'), ...call], 20_000)).output
  }
  expect(updates).toHaveLength(2)
  await demo.says('stderr', `${CALLS.length} of ${CALLS.length} calls went as expected`)
  expect(await calls(updates[0] ?? '', '2 numbers')).toContain('vip-support')
  expect(await calls(updates[1] ?? '', '1 number')).toContain('general-support')
  demo.child.kill('SIGINT')

  expect(await demo.ended).toBe(0)
  expect(existsSync(script)).toBe(false)
})

test('asked to stop while it starts, it exits 0 and leaves no settings', async () => {
  const demo = new Demo([])
  await demo.says('stderr', 'Starting Asterisk')
  demo.child.kill('SIGTERM')

  expect({ code: await demo.ended, stdout: demo.stdout }).toEqual({ code: 0, stdout: '' })
  expect(existsSync(join(lab, 'demo.env'))).toBe(false)
})

test.each(['2', '2/m', '51/s', '-1/s'])('calls at %s are refused with exit 2', async (rate) => {
  const demo = new Demo([`--calls=${rate}`])

  expect(await demo.ended).toBe(2)
  expect(demo.stderr).toContain('--calls takes calls per second')
})

test('an option that there is not brings the usage and exit 2', async () => {
  const demo = new Demo(['--onec'])

  expect({ code: await demo.ended, stdout: demo.stdout }).toEqual({ code: 2, stdout: '' })
  expect(demo.stderr).toMatch(/--onec[\s\S]*usage: npm run demo/)
})

test('where no Asterisk can be had, it says which ways there are', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'demo-empty-'))
  const demo = new Demo(['--once', '--json'], { DOORMAN_LAB: empty, PATH: empty })
  const code = await demo.ended
  rmSync(empty, { recursive: true, force: true })

  expect({ code, stdout: demo.stdout }).toEqual({ code: 1, stdout: '' })
  expect(demo.stderr).toMatch(/No Asterisk can be had here[\s\S]*apt-get install asterisk/)
  expect(demo.stderr).toMatch(/docker compose -f docker\/compose.yaml up[\s\S]*DOORMAN_ARI_URL/)
})

const [VIP, , , GOLD] = CALLS
if (VIP === undefined || GOLD === undefined) throw new Error('The demo has lost its calls.')
const REACHED = { context: 'vip-support', rule: 'VIP callers', state: { city: 'Albany', more: 1 } }
const HEARD = 'Welcome back, dear customer.'
const RESULT: Result = { call: GOLD, reached: REACHED, heard: HEARD, hearsay: [], error: undefined }

test.each<readonly [string, Partial<Result['reached']> | undefined]>([
  ['it reached no flow', undefined],
  ['it reached another context', { context: 'general-support' }],
  ['another rule decided', { rule: 'otherwise' }],
  ['it has no state', { state: undefined }],
  ['a value of its state is another', { state: { city: 'Troy' } }],
])('a call is as expected with at least its state, and not when %s', (_, change) => {
  expect(isOk(RESULT)).toBe(true)
  expect(isOk({ ...RESULT, reached: change && { ...REACHED, ...change } })).toBe(false)
})

test('the table and the JSON say what was expected and why a call reached no flow', () => {
  const failed = { ...RESULT, reached: undefined, error: 'No answer.\nNone at all.' }
  const [heading, row, ...below] = formatTable([RESULT]).split('\n')

  expect(heading).toMatch(/CALLER +THE PBX REACHED +THE CALLER HEARD$/)
  expect(row).toBe(` 1  +15559990001  → vip-support    "${HEARD}"  ok`)
  expect(below).toEqual([
    `    ${GOLD.title}`,
    '    5557654321 via carrier-a, X-VIP: gold; rule VIP callers',
    '    state {"city":"Albany","more":1}',
    '',
  ])
  expect(formatTable([failed])).toMatch(
    /→ no flow +"Welcome[^"]*" +NOT OK[\s\S]*expected vip-support by rule "VIP callers"/,
  )
  expect(formatTable([failed])).toContain('    No answer.\n    None at all.\n')
  expect(JSON.parse(jsonLine(failed))).toMatchObject({
    ...{ landed: { context: null, state: null }, rule: null, ok: false, error: 'No answer.\nNone at all.' },
  })
})

test('the table breaks a long state over lines, and nothing from a call steers the terminal', () => {
  const state = { long: 'é'.repeat(1_000), evil: '\u001b[2J\u202e\n' }
  const text = formatTable([{ ...RESULT, reached: { ...REACHED, rule: '\u001b]0;x\u0007', state } }])

  expect(Math.max(...text.split('\n').map((line) => line.length))).toBe(80)
  expect(text).toMatch(/é…\n/)
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/)
})

test('what to do next fits a terminal of 80 columns', () => {
  const softphone = { username: '1001', password: 'p'.repeat(24) }
  const asterisk = { version: '22.10.1', ports: { sip: 20_366 }, softphone } as Parameters<
    typeof instructions
  >[0]['asterisk']
  const text = instructions(
    { asterisk, console: { url: 'http://127.0.0.1:46831', token: 't'.repeat(24) } },
    '.lab/demo.env',
    1,
  )
  expect(text.split('\n').filter((line) => line.length > 80)).toEqual([])
})

test('a call is a line, and changed flow files with what changed or what is wrong', () => {
  const line = { level: 'info', message: 'Revision 2 is active.', changes: ['rule VIP: changed'] }

  expect(newsLines({ ...line, event: 'reload' })).toEqual(['Revision 2 is active.', '  rule VIP: changed'])
  expect(newsLines({ ...line, event: 'decision', message: '1 went to main' })).toEqual(['1 went to main'])
  expect(newsLines({ ...line, event: 'revision' })).toEqual([])
})
