import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { runToEnd } from '../support/child.js'
import { DOORMAN } from '../support/doorman.js'
import { labFolder } from '../support/lab-folder.js'
import { asteriskRoot } from '../support/roots.js'
import { SCENARIOS } from './scenarios.js'

const DEMO = [process.execPath, fileURLToPath(new URL('./demo.js', import.meta.url))] as const

/** A root may have to be fetched first. */
const FETCH_MS = 16 * 60_000
const RUN_MS = 60_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

const launched: ChildProcess[] = []

/** What a failed test leaves running: its children end with it, by the guards of the lab. */
afterEach(() => {
  for (const demo of launched.splice(0)) demo.kill('SIGKILL')
})

function launch(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const [node, file] = DEMO
  const demo = spawn(node, [file, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  launched.push(demo)
  return demo
}

/** Resolves when the demo's standard output holds the text. */
function shown(demo: ChildProcess, text: string): Promise<void> {
  let stdout = ''
  return new Promise((resolve) => {
    demo.stdout?.setEncoding('utf8').on('data', (more: string) => {
      stdout += more
      if (stdout.includes(text)) resolve()
    })
  })
}

function ended(demo: ChildProcess): Promise<Ended> {
  let [stdout, stderr] = ['', '']
  demo.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  demo.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  return new Promise((resolve) => demo.once('close', (code) => resolve({ code, stdout, stderr })))
}

describe('npm run demo', () => {
  /** A lab of the test's own, so that it neither sees nor disturbs a demo that somebody has running. */
  const lab = mkdtempSync(join(tmpdir(), 'demo-lab-'))

  beforeAll(async () => {
    await asteriskRoot('forky', (line) => void process.stderr.write(`${line}\n`))
    mkdirSync(join(lab, 'roots'))
    symlinkSync(join(labFolder(), 'roots/forky'), join(lab, 'roots/forky'))
  }, FETCH_MS)

  afterAll(() => rmSync(lab, { recursive: true, force: true }))

  test(
    'with --once --json prints one line for each call, all landed as expected, and exits 0',
    async () => {
      const { code, stdout, stderr } = await ended(launch(['--once', '--json'], { DOORMAN_LAB: lab }))
      const calls = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>)

      const keys = ['from', 'to', 'headers', 'trunk', 'expected', 'landed', 'rule', 'ok']
      expect(calls.map((call) => ({ keys: Object.keys(call), ok: call.ok, error: call.error }))).toEqual(
        SCENARIOS.map(() => ({ keys, ok: true, error: undefined })),
      )
      expect(calls.map(({ from, to, trunk }) => ({ from, to, trunk }))).toEqual(
        SCENARIOS.map(({ from, to, trunk }) => ({ from, to, trunk })),
      )
      expect(calls[0]).toMatchObject({
        landed: { context: 'vip-support', state: { greeting: 'Welcome back, Ada Byron', city: 'Albany' } },
        rule: 'VIP callers',
      })
      expect(stderr).toContain(`${SCENARIOS.length} of ${SCENARIOS.length} calls landed as expected`)
      expect(code).toBe(0)
    },
    RUN_MS,
  )

  test(
    'stays up, shows a further call where it landed, and stops with nothing left behind',
    async () => {
      const file = join(lab, 'demo.env')
      const demo = launch([], { DOORMAN_LAB: lab })
      const standing = shown(demo, 'Ctrl-C stops both sides')
      const landed = shown(demo, '+15551234567 → 5550001111 → vip-support')
      const over = ended(demo)
      await Promise.race([standing, over])
      const mode = statSync(file).mode & 0o777
      const settings = parseEnv(readFileSync(file, 'utf8')) as Record<string, string>
      const call = ['call', '--from', '+15551234567', '--to', '5550001111']
      const placed = await runToEnd([...DOORMAN, '--settings', file, ...call], 20_000)
      expect(placed).toMatchObject({ code: 0 })
      await Promise.race([landed, over])
      demo.kill('SIGINT')
      const { code, stdout } = await over

      expect(stdout).toContain('VIP by caller number')
      expect(stdout).toContain('npx doorman --settings')
      expect(stdout).toMatch(/softphone[\s\S]*127\.0\.0\.1 port \d+,\s+user 1001, password \w+/)
      expect(stdout).toContain('+15551234567 → 5550001111 → vip-support')
      expect({ mode, code, fileIsThere: existsSync(file) }).toEqual({
        ...{ mode: 0o600, code: 0, fileIsThere: false },
      })
      await expect(fetch(`${settings.DOORMAN_ARI_URL}/ari/asterisk/info`)).rejects.toThrow('fetch failed')
    },
    RUN_MS,
  )

  test(
    'asked to stop while it starts, it ends well and leaves no settings',
    async () => {
      const demo = launch([], { DOORMAN_LAB: lab })
      demo.stderr?.on('data', (text: Buffer) => {
        if (text.includes('Starting Asterisk')) demo.kill('SIGTERM')
      })
      const { code, stdout } = await ended(demo)

      expect({ code, stdout }).toEqual({ code: 0, stdout: '' })
      expect(existsSync(join(lab, 'demo.env'))).toBe(false)
    },
    RUN_MS,
  )
})

test('an option that there is not brings the usage and exit 2', async () => {
  const { code, stdout, stderr } = await ended(launch(['--onec'], {}))

  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toContain('--onec')
  expect(stderr).toContain('usage: npm run demo')
})

test('where no Asterisk can be had, it says which ways there are', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'demo-empty-'))
  try {
    const demo = launch(['--once', '--json'], { DOORMAN_LAB: empty, PATH: empty })
    const { code, stdout, stderr } = await ended(demo)

    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toMatch(/No (Asterisk|SIPp) can be had here/)
    expect(stderr).toContain('apt-get install asterisk sip-tester')
    expect(stderr).toContain('docker compose -f docker/compose.yaml up')
    expect(stderr).toContain('DOORMAN_ARI_URL')
  } finally {
    rmSync(empty, { recursive: true, force: true })
  }
})
