import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { NatsExchange } from '../../src/fleet/nats-exchange.js'
import { readStatuses } from '../../src/fleet/status.js'
import { codeBlocks } from '../docs/code-blocks.js'
import { NatsFleet } from '../fleet/nats-fleet.js'
import { recordCalls, recorded } from '../history/calls.js'
import { ownEnvironment } from '../support/child.js'
import { DOORMAN, launchDoorman, type RunningDoorman } from '../support/doorman.js'
import { until } from '../support/until.js'

/**
 * docs/fleet.md, as its reader would do it: every command of its `sh` blocks, with three Doormans and no Asterisk. A push
 * watches each ring for a second here.
 */
const [INIT = '', HUB = '', FIRST = '', EVERY_DAY = ''] = codeBlocks('docs/fleet.md', 'sh').map((block) =>
  block.replace(/^doorman fleet push .*$/gm, '$& --for 1s'),
)
const PBXS = ['berlin', 'munich', 'hamburg'] as const
const NO_OVERRIDE = '{"overrides":[]}'
const routing = (goto: string) => `
time_zone: Europe/Berlin
hours: { office: { open: "00:00-24:00" } }
flows: { day: { context: day }, night: { context: night } }
otherwise: ${goto}
`
const home = mkdtempSync(join(tmpdir(), 'doorman-fleet-story-'))
const doormen = new Map<string, RunningDoorman>()
let fleet: NatsFleet | undefined

interface Ending {
  readonly exit: number
  readonly out: string
}

/** Runs lines of a shell in which `doorman` is the one of this build. */
function sh(lines: string): Promise<Ending> {
  const doorman = `doorman() { ${DOORMAN.map((part) => `'${part}'`).join(' ')} "$@"; }`
  const env = ownEnvironment()
  return new Promise((resolve) =>
    execFile('sh', ['-e', '-c', `${doorman}\n${lines}`], { cwd: home, env }, (error, out, err) =>
      resolve({ exit: error === null ? 0 : Number(error.code), out: `${out}${err}` }),
    ),
  )
}
const asPublisher = (line: string) => sh(`export DOORMAN_SETTINGS=$PWD/fleet/publisher/settings.env\n${line}`)
let watching: NatsExchange | undefined
const statuses = async () => {
  watching ??= fleet?.open('publisher')
  return watching === undefined ? [] : readStatuses(watching)
}
const revisions = async () => new Set((await statuses()).map(({ revision }) => revision))
const dataOf = (pbx: string) => join(home, pbx, 'data')
const askControl = async (pbx: string, path: string) => {
  const { url, token } = JSON.parse(readFileSync(join(dataOf(pbx), 'control.json'), 'utf8'))
  return (await fetch(new URL(path, url), { headers: { authorization: `Bearer ${token}` } })).text()
}
const overridesAt = (pbx: string) => askControl(pbx, '/overrides')

async function start(pbx: string, settings: Readonly<Record<string, string>>): Promise<void> {
  const doorman = launchDoorman({
    ...{
      DOORMAN_ARI_PASSWORD: 'x',
      DOORMAN_AMI_SECRET: 'x',
      DOORMAN_CONTROL_PORT: '0',
      DOORMAN_AMI_PORT: '1',
    },
    ...{ DOORMAN_ARI_URL: 'http://127.0.0.1:1', DOORMAN_DATA: dataOf(pbx), DOORMAN_LOG_FORMAT: 'json' },
    ...{ DOORMAN_FLOWS: join(home, pbx, 'flows'), DOORMAN_GREETINGS: join(home, pbx, 'greetings') },
    ...settings,
  })
  doormen.set(pbx, doorman)
  await doorman.event('control', {}, { limitMs: 20_000 })
}

beforeAll(async () => {
  for (const folder of ['flows', ...PBXS.map((pbx) => `${pbx}/flows`)])
    mkdirSync(join(home, folder), { recursive: true })
  for (const pbx of PBXS) writeFileSync(join(home, pbx, 'flows/routing.yaml'), routing('night'))
  writeFileSync(join(home, 'flows/routing.yaml'), routing('day'))
  mkdirSync(dataOf('munich'))
  mkdirSync(dataOf('berlin'))
  await recordCalls(dataOf('berlin'), [
    recorded({ call: '17.2', sipCallId: 'c@d', callerNumber: '+15550000002' }),
  ])
  await recordCalls(dataOf('munich'), [
    recorded({ call: '17.1', sipCallId: 'a@b', callerNumber: '+15550000002' }),
  ])
}, 60_000)
afterAll(async () => {
  await Promise.all([...doormen.values()].map((doorman) => doorman.stop()))
  await fleet?.stop()
  rmSync(home, { recursive: true, force: true })
})

test('init writes what the page says, and no key twice', async () => {
  const [hub = '', share = ''] = INIT.trim().split('\n')
  expect((await sh(share.replace('/srv/doorman-fleet', 'share'))).exit).toBe(0)
  expect(readFileSync(join(home, 'fleet/berlin/fleet.env'), 'utf8')).toContain(
    `DOORMAN_FLEET=${join(home, 'share')}`,
  )
  const again = await sh(hub)
  expect([again.exit, again.out]).toEqual([
    1,
    expect.stringMatching(/^error\[fleet\]: EEXIST.*\nGive a new folder\./),
  ])
  rmSync(join(home, 'fleet'), { recursive: true })
  expect(await sh(hub.replace('hub.example.com', 'localhost'))).toMatchObject({ exit: 0 })
  mkdirSync(join(home, 'copy'))
  cpSync(join(home, 'fleet'), join(home, 'copy/fleet'), { recursive: true })
  fleet = await NatsFleet.start(PBXS, join(home, 'copy/fleet'))
  cpSync(join(home, 'copy/fleet/publisher/settings.env'), join(home, 'fleet/publisher/settings.env'))
}, 60_000)

test('the first push takes all to the same revision', async () => {
  expect(await sh(HUB)).toEqual({ exit: 0, out: expect.stringContaining('No PBX has reported yet.') })
  for (const pbx of PBXS) await start(pbx, fleet?.settings(pbx) ?? {})
  await until(async () => (await statuses()).length === 3, 'three PBXs')
  expect((await revisions()).size).toBe(1)
  const { exit, out } = await sh(FIRST)
  expect([exit, out]).toEqual([0, expect.stringMatching(/Ring canary: 1 PBX \(berlin\)/)])
  expect(out).toMatch(/^berlin +canary +[0-9a-f]{12} .* taken/m)
  expect((await statuses()).map(({ name, order }) => [name, order?.isTaken])).toEqual([
    ['berlin', true],
    ['hamburg', true],
    ['munich', true],
  ])
}, 90_000)

test('each command of every day does what the page says', async () => {
  const before = await revisions()
  writeFileSync(join(home, 'flows/routing.yaml'), `${routing('day')}# changed\n`)
  const lines = EVERY_DAY.trim().split('\n')
  const run = async (part: string) => {
    const line = lines.find((one) => one.includes(part)) ?? part
    const ending = await asPublisher(line)
    expect([line, ending.exit, ending.out]).toEqual([line, 0, expect.anything()])
  }
  await run('--max-change 20%')
  expect(await revisions()).not.toEqual(before)
  await run('--rings canary')
  await run('fleet rollback')
  expect(await revisions()).toEqual(before)
  await run('override office closed')
  for (const pbx of PBXS) await until(async () => (await overridesAt(pbx)).includes('"closed"'), pbx)
  expect(await overridesAt('berlin')).toContain('fire drill')
  await run('override office end')
  for (const pbx of PBXS) await until(async () => (await overridesAt(pbx)) === NO_OVERRIDE, pbx)
  await run('--at munich')
  await until(async () => (await overridesAt('munich')).includes('"open"'), 'munich')
  expect(await overridesAt('berlin')).toBe(NO_OVERRIDE)
}, 120_000)

test('a call is found at the PBX where it was', async () => {
  const { exit, out } = await asPublisher('doorman fleet why a@b')
  expect([exit, out]).toEqual([0, expect.stringMatching(/^At munich:\n.*\+15550000002/m)])
  const rows = JSON.parse(await askControl('berlin', '/fleet')) as { name: string; pbxs: { name: string }[] }
  expect([rows.name, ...rows.pbxs.map(({ name }) => name)]).toEqual(['berlin', 'berlin', 'hamburg', 'munich'])
  expect(await askControl('berlin', '/metrics')).toContain('doorman_fleet_up{pbx="berlin"} 1')
  const missing = await asPublisher('doorman fleet why nowhere@b')
  expect([missing.exit, missing.out]).toEqual([
    1,
    expect.stringContaining('No PBX has recorded a call nowhere@b.'),
  ])
})

test('a caller who is forgotten at one PBX is forgotten at the others', async () => {
  const has = async (call: string) => (await asPublisher(`doorman fleet why ${call}`)).exit === 0
  expect(await has('c@d')).toBe(true)
  const { exit } = await sh(`doorman forget +15550000002 --yes --data ${dataOf('munich')}`)
  expect(exit).toBe(0)
  await until(async () => !(await has('c@d')), 'berlin to forget')
})

test('a PBX that starts while the hub is away decides by what it had, and catches up', async () => {
  const [ordered = ''] = await revisions()
  await doormen.get('hamburg')?.stop()
  await fleet?.hub.kill9()
  await start('hamburg', fleet?.settings('hamburg') ?? {})
  await doormen.get('hamburg')?.event('revision', { revision: ordered }, { limitMs: 20_000 })
  await fleet?.hub.start()
  writeFileSync(join(home, 'flows/routing.yaml'), `${routing('day')}# changed again\n`)
  await until(
    async () => (await asPublisher('doorman fleet push --flows flows --for 1s --rings rest')).exit === 0,
  )
  await until(async () => (await revisions()).size === 1 && !(await revisions()).has(ordered), 'all')
}, 120_000)

test('a PBX that is away for good is removed, and no push waits for it any more', async () => {
  expect((await asPublisher('doorman fleet remove hamburg')).out).toContain('stop its Doorman first')
  const status = (await statuses()).find(({ name }) => name === 'hamburg')
  await doormen.get('hamburg')?.stop()
  const away = JSON.stringify({ ...status, at: Date.now() - 60_000 })
  const hamburg = fleet?.open('hamburg')
  await until(() => hamburg?.isUp === true, 'the exchange')
  await hamburg?.put('status/hamburg', away)
  const { exit, out } = await asPublisher('doorman fleet remove hamburg')
  expect([exit, out]).toEqual([0, expect.stringContaining('No push waits for hamburg any more.')])
  expect((await statuses()).map(({ name }) => name)).toEqual(['berlin', 'munich'])
})

test('a PBX that knows of no fleet loads nothing of it', async () => {
  const hook = join(home, 'hook.mjs')
  writeFileSync(
    hook,
    `import { registerHooks } from 'node:module'
     registerHooks({ load(url, context, next) {
       if (/src\\/fleet\\/|@nats-io/.test(url)) process.stderr.write('LOADED ' + url + '\\n')
       return next(url, context)
     } })`,
  )
  const through = { NODE_OPTIONS: `--import ${hook}` }
  await start('alone', { ...through, DOORMAN_FLOWS: join(home, 'berlin/flows') })
  await start('together', {
    ...through,
    ...fleet?.settings('berlin'),
    DOORMAN_FLOWS: join(home, 'berlin/flows'),
  })
  expect(doormen.get('alone')?.noise).toBe('')
  expect(doormen.get('together')?.noise).toContain('@nats-io')
})
