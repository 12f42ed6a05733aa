import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Load, type PlacedCall, placed, userAgent } from '../support/calls.js'
import { freePort } from '../support/free-ports.js'
import { HOSTS, haveProgram } from '../support/roots.js'
import { until } from '../support/until.js'
import type { Machine } from './machine.js'
import { BUILD_MS, build, buildNext, must, say } from './packages.js'
import { bootPbx, type Pbx, type Reached, reached } from './pbx.js'

const CALLS_PER_SECOND = 20
/** While Doorman is restarted, calls take the fallback. */
const MOST_FALLBACK_MS = 3_000

const SALES = { context: 'sales', rule: 'Sales' }
const FALLBACK = { context: 'desk', rule: 'fallback' }
const CALL = { from: '+15559990000', to: '5557654321' }

const ROUTING = `default_country: US
trunks: { carrier-a: { trust: [caller_number] } }
flows: { sales: { context: sales }, desk: { context: desk } }
rules:
  - { name: Sales, when: { callee: "+15557654321" }, goto: sales }
  - { name: Greeted, when: { callee: "+15550001111" }, goto: sales, greet: "Welcome.", play: early }
otherwise: desk
`

const JOURNAL = 'journalctl -u doorman -o cat --no-pager'

let deb = ''
beforeAll(async () => {
  await haveProgram('lintian', say)
  deb = await build('doorman.deb')
  await buildNext(deb)
}, BUILD_MS)

describe('the built package', () => {
  test(
    'is the same, byte for byte, when it is built again',
    async () => {
      const digest = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')
      expect(digest(await build('again.deb'))).toBe(digest(deb))
    },
    BUILD_MS,
  )

  test(
    'satisfies lintian',
    async () => {
      expect(await must('lintian', '--allow-root', '--fail-on', 'error,warning', deb)).toBe('')
    },
    BUILD_MS,
  )
})

describe.each(HOSTS)('the package on Debian %s, beside a PBX', (host) => {
  let machine: Machine
  let pbx: Pbx
  let configuration = ''
  /** The PBX's whole configuration, with modes and owners. */
  const configured = () => machine.must('cd /etc/asterisk && stat -c "%n %a %U:%G" * && cat *')
  const isActive = async () => (await machine.run('systemctl is-active doorman')).output.trim()

  beforeAll(async () => {
    ;({ machine, pbx } = await bootPbx(host))
  }, BUILD_MS)
  afterAll(() => machine?.stop(), 30_000)

  /** Places one call, and says where the PBX sent it. */
  async function place(to = CALL.to): Promise<PlacedCall> {
    const agent = await userAgent(pbx, 'carrier-a')
    return placed(agent.call({ ...CALL, to }), {}).finally(() => agent.close())
  }
  async function call(): Promise<Reached | undefined> {
    const { callId } = await place()
    return reached(machine).get(callId)
  }

  test('installs without touching the PBX, and without starting anything', async () => {
    configuration = await configured()
    const said = await machine.must('dpkg -i /srv/packages/doorman.deb')

    expect(said).toContain('Next:  doorman setup')
    expect(await configured()).toBe(configuration)
    expect(await isActive()).toBe('inactive')
    expect((await machine.run('systemctl is-enabled doorman')).output.trim()).toBe('disabled')
    await machine.must('systemctl start doorman')
    expect(await isActive()).toBe('inactive')
    expect(await machine.must('stat -c "%a %U:%G" /etc/doorman /var/lib/doorman')).toBe(
      '750 root:doorman\n750 doorman:doorman',
    )
    expect(await machine.must('dpkg --verify doorman')).toBe('')
    expect(await call()).toEqual({ context: 'desk', rule: '' })
  }, 120_000)

  test('has a unit that exposes little', async () => {
    const unit = '/usr/lib/systemd/system/doorman.service'
    expect(await machine.must(`systemd-analyze verify --man=no ${unit}`)).toBe('')
    const analysed = await machine.must(`systemd-analyze security --offline=yes --threshold=17 ${unit}`)
    say(`${host}: ${/Overall exposure.*/.exec(analysed)?.[0]}`)
  }, 60_000)

  test('routes its first call after "doorman setup" and what that says is next', async () => {
    const began = performance.now()
    const said = await machine.must('doorman setup --yes')
    // The machine shares this one's network, where another Doorman may have the default port.
    await machine.must(`echo DOORMAN_CONTROL_PORT=${await freePort('tcp')} >> /etc/doorman/settings.env`)
    for (const next of said.matchAll(/^ {2}(systemctl .*? doorman)\b/gm)) await machine.must(next[1] ?? '')
    const context = /context = (from-doorman-[\w-]+)/.exec(said)?.[1]
    await machine.must(
      `sed -i 's/context = from-carrier/context = ${context}/' /etc/asterisk/pjsip.conf && asterisk -rx "module reload res_pjsip.so"`,
    )
    machine.write('/etc/doorman/flows/routing.yaml', ROUTING)
    await machine.must('doorman check')
    await until(async () => (await machine.run('doorman reload')).code === 0)

    expect(await call()).toEqual(SALES)
    const seconds = (performance.now() - began) / 1_000
    say(`${host}: ${seconds.toFixed(1)} s from the unpacked package to the first routed call`)
    expect(seconds).toBeLessThan(120)
  }, 130_000)

  test('plays greetings out of a folder that the service may write and Asterisk may read', async () => {
    expect(await machine.must('doorman reload --wait')).toContain('1 greeting, ')
    const folder = '/var/lib/doorman-greetings'
    expect(await machine.must(`stat -c "%a %U:%G" ${folder} ${folder}/*.wav`)).toBe(
      '2750 doorman:asterisk\n644 doorman:asterisk',
    )
    const { callId } = await place('5550001111')
    expect(reached(machine).get(callId)).toEqual({ context: 'sales', rule: 'Greeted' })
    expect(machine.read('/var/log/asterisk/messages.log')).toContain(`GREETED ${callId} SUCCESS`)
    // What is rendered ahead has SCHED_IDLE (5), also under the limits of the unit.
    await machine.must('test "$(cut -d " " -f 41 /proc/$(pgrep -x doorman-speech)/stat)" = 5')
  }, 60_000)

  test('reloads by the unit, and is restarted where it dies', async () => {
    await machine.must('systemctl reload doorman')
    await until(async () => (await machine.run(`${JOURNAL} | grep '"way":"signal"'`)).code === 0)
    await machine.must('kill -KILL $(systemctl show -P MainPID doorman)')
    await until(async () => (await call())?.rule === 'Sales')
  }, 60_000)

  test('loses no call while it is upgraded under calls, and decides those of the dialplan before', async () => {
    const agent = await userAgent(pbx, 'carrier-a')
    const load = new Load(() => placed(agent.call(CALL), {}), CALLS_PER_SECOND)
    const calls = load.start()
    await sleep(2_000)
    const said = await machine.must('dpkg -i /srv/packages/next.deb && doorman --version')
    await sleep(4_000)
    load.stop()
    const all = await calls.finally(() => agent.close())
    const places = reached(machine)
    const to = (place: Reached) => all.filter(({ callId }) => isSame(places.get(callId), place))
    const fallbacks = to(FALLBACK).map(({ begunAt }) => begunAt)
    const span = fallbacks.length === 0 ? 0 : Math.max(...fallbacks) - Math.min(...fallbacks)
    // proc(5): how long Doorman was ready to run and waited for a processor, which a busy machine may lack.
    const schedstat = await machine.must('cat /proc/$(systemctl show -P MainPID doorman)/schedstat')
    const waited = Number(schedstat.split(' ')[1]) / 1e6
    say(
      `${host}: ${all.length} calls, ${fallbacks.length} in the fallback, within ${Math.round(span)} ms; ` +
        `${Math.round(waited)} ms of that is waiting for a processor`,
    )

    expect(said).toMatch(/^99\.0\.0$/m)
    expect(all.filter(({ status }) => status !== 200)).toEqual([])
    expect(to(SALES).length + fallbacks.length).toBe(all.length)
    expect(span - waited).toBeLessThan(MOST_FALLBACK_MS)
    // The new version ran, and noticed the dialplan that it has not written.
    expect(isLast(all, to(SALES))).toBe(true)
    await machine.must(`${JOURNAL} | grep dialplan_outdated`)
  }, 120_000)

  test('is stopped by remove, which keeps the configuration; calls take the fallback', async () => {
    await machine.must('dpkg --remove doorman')

    expect(await isActive()).toBe('inactive')
    expect(machine.exists('/usr/bin/doorman')).toBe(false)
    expect(machine.exists('/etc/doorman/settings.env')).toBe(true)
    expect(machine.exists('/etc/doorman/flows/routing.yaml')).toBe(true)
    expect(await call()).toEqual(FALLBACK)
  }, 60_000)

  test('runs again when it is installed again', async () => {
    await machine.must('dpkg -i /srv/packages/doorman.deb')
    await until(async () => (await call())?.rule === 'Sales')
  }, 60_000)

  test('can be purged before "setup --undo", which brings the PBX back when it is installed again', async () => {
    await machine.must('dpkg --purge doorman')
    expect(await machine.must('ls /etc/doorman')).toBe('setup')
    expect(await call()).toEqual(FALLBACK)
    expect((await machine.run('systemctl is-enabled doorman')).code).not.toBe(0)

    await machine.must('dpkg -i /srv/packages/doorman.deb')
    await machine.must(
      `sed -i 's/context = from-doorman-.*/context = from-carrier/' /etc/asterisk/pjsip.conf`,
    )
    await machine.must('asterisk -rx "module reload res_pjsip.so" && doorman setup --undo --yes')
    expect(await configured()).toBe(configuration)
    expect(await call()).toEqual({ context: 'desk', rule: '' })
  }, 60_000)

  test('leaves nothing behind a purge but its user, who cannot log in', async () => {
    await machine.must('dpkg --purge doorman')
    expect(await machine.must('find / -xdev -name "*doorman*" ! -path "/srv/*"')).toBe('')
    expect(await machine.must('passwd --status doorman')).toMatch(/^doorman L /)
  }, 60_000)
})

const isSame = (a: Reached | undefined, b: Reached) => a?.context === b.context && a.rule === b.rule

const isLast = (all: readonly PlacedCall[], some: readonly PlacedCall[]) => all.at(-1) === some.at(-1)
