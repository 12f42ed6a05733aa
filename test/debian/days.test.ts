/**
 * The days of an admin, one after the other on one machine: the package's own commands, what they print where the admin
 * decides by it, and real calls. What an admin waits for is shortened: a table is loaded again after ten seconds and not
 * after minutes, the branch opens after seconds and not at six, and the records of the week are made a week older.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { Load, placed, userAgent } from '../support/calls.js'
import { runToEnd } from '../support/child.js'
import { type DatabaseServer, startDatabase } from '../support/database-servers.js'
import { freePort } from '../support/free-ports.js'
import { until } from '../support/until.js'
import type { Machine } from './machine.js'
import { BUILD_MS, build, buildNext, say } from './packages.js'
import { bootPbx, flow, type Pbx, reached } from './pbx.js'

const CALLS_PER_SECOND = 20

const endpoint = (name: string, address: string, context: string) =>
  `[${name}]\ntype = endpoint\ncontext = ${context}\nallow = ulaw\n` +
  `[${name}]\ntype = identify\nendpoint = ${name}\nmatch = ${address}\n`

/** A PBX that others have configured for years. */
const GROWN = {
  'ari.conf': '\n[popup]\ntype = user\npassword = old\nread_only = yes\n',
  'manager.conf': '\n[dialler]\nsecret = old\nwrite = originate\n',
  'pjsip.conf': endpoint('carrier-b', '127.0.0.3', 'from-carrier'),
  'extensions.conf':
    '[from-carrier](+)\nexten => 5550001111,1,Goto(sales,s,1)\n#include "extensions_local.conf"\n',
  'extensions_local.conf': `${flow('vip')}${flow('night')}
[feature-codes]
exten => *21,1,Gosub(doorman-override,s,1(north,closed,1800))
 same => n,Log(NOTICE,REACHED \${CHANNEL(pjsip,call-id)} said \${DOORMAN_RESULT})
 same => n,Hangup()\n`,
} as const

const ROUTING = '/etc/doorman/flows/routing.yaml'
const VIP = '+15551234567'
const GAIL = '+15557000001'
const STRANGER = '+15558880001'
const MAIN = '5557654321'
const SALES = '5550001111'
/** Where it is noon now, so that six o'clock is today. The sign is POSIX's: west is plus. */
const NOON = `Etc/GMT${new Date().getUTCHours() < 12 ? '' : '+'}${new Date().getUTCHours() - 12}`

let machine: Machine
let pbx: Pbx
let database: DatabaseServer

beforeAll(async () => {
  await buildNext(await build('doorman.deb'))
  ;({ machine, pbx } = await bootPbx('trixie', GROWN))
  database = await startDatabase('postgres', { say })
}, BUILD_MS)
afterAll(async () => {
  await database?.stop()
  await machine?.stop()
}, 30_000)

const day = (what: string, walk: () => Promise<void>) => test(what, walk, 180_000)

/** Where a call went: the context, and the rule that Doorman names. */
async function call(from: string, to: string, trunk = 'carrier-a'): Promise<string> {
  const agent = await userAgent(pbx, trunk)
  const { callId } = await placed(agent.call({ from, to }), {}).finally(() => agent.close())
  const { context, rule } = reached(machine).get(callId) ?? {}
  return `${context} ${rule}`.trim()
}

const doorman = (args: string) => machine.run(`doorman ${args}`)
/** What a command prints, which ends well. */
const told = (args: string) => machine.must(`doorman ${args}`)
async function refused(args: string, says: RegExp): Promise<void> {
  expect(await doorman(args)).toMatchObject({ code: 1, output: expect.stringMatching(says) })
}

async function eventually(look: () => Promise<string>, wanted: RegExp): Promise<void> {
  let seen = ''
  const isThere = async () => {
    seen = await look()
    return wanted.test(seen)
  }
  await until(isThere).catch(() => undefined)
  expect(seen).toMatch(wanted)
}
/** What doctor prints, in one line: a report is wrapped. */
const doctor = async () => (await doorman('doctor')).output.replace(/\s+/g, ' ')
const doctorSays = (wanted: RegExp) => eventually(doctor, wanted)
/** The warning is that of carrier-b, which the admin has not given to Doorman. */
const allIsWell = () => doctorSays(/OK: no fault, 1 warning/)

/** The admin edits the flow file. */
function edit(...changes: readonly (readonly [before: string, after: string])[]): void {
  let text = machine.read(ROUTING)
  for (const [before, after] of changes) {
    expect(text).toContain(before)
    text = text.replace(before, after)
  }
  machine.write(ROUTING, text)
}

const set = (line: string) => machine.must(`echo '${line}' >> /etc/doorman/settings.env`)
const restart = () => machine.must('systemctl restart doorman')

day('Monday: installed on a grown PBX, of which nothing changes before a trunk is named', async () => {
  expect(await machine.must('dpkg -i /srv/packages/doorman.deb')).toContain('Next:  doorman setup')
  expect(await doctor()).toContain('"doorman setup" makes it')
  const said = await told('setup --yes')
  expect(said).toMatch(/users: popup/)
  await set(`DOORMAN_CONTROL_PORT=${await freePort('tcp')}`)
  expect(await call(STRANGER, MAIN)).toBe('desk')

  await machine.must(/^ {2}(systemctl .*)$/m.exec(said)?.[1] ?? 'false')
  await doctorSays(/endpoints: No PJSIP endpoint leads to \[doorman\].* Set the Context .* to from-doorman/)
  const [, line = '', reload = ''] =
    /^ {2}(context = from-doorman\S+)[\s\S]*then {2}(.*?)\. /m.exec(said) ?? []
  await machine.must(`sed -i '0,/^context = .*/s//${line}/' /etc/asterisk/pjsip.conf && ${reload}`)
  await allIsWell()
  expect(await doctor()).toContain('The calls of carrier-b go to [from-carrier], which does not lead to')

  expect(await call(STRANGER, MAIN)).toBe('desk otherwise')
  expect(await call(STRANGER, SALES)).toBe('sales otherwise')
  expect(await call(STRANGER, SALES, 'carrier-b')).toBe('sales')
  expect(await told('why last')).toMatch(/went to as_before by `otherwise`: no rule matched/)
})

day('Tuesday: the first VIP, who is none before the trunk is trusted, and the check says so', async () => {
  edit(
    ['# default_country: US ', `default_country: US\ntime_zone: ${NOON} #`],
    ['rules: []', 'rules:\n  - { name: VIP callers, when: { vip: true }, goto: vip_desk }'],
    ['flows:\n', 'vip: { numbers: ["555-123-4567"] }\nflows:\n  vip_desk: { context: vip }\n'],
  )
  expect(await told('check')).toMatch(/no trunk is trusted for caller_number.*add it to the "trust" of/)
  await allIsWell()
  expect(await call(VIP, MAIN)).toBe('desk otherwise')
  expect(await told('why last')).toContain('its caller number is untrusted on carrier-a')

  edit(['carrier-a: { trust: [] }', 'carrier-a: { trust: [caller_number] }'])
  expect(await told('check')).not.toContain('warning')
  await eventually(() => call(VIP, MAIN), /^vip VIP callers$/)
  expect(await call(STRANGER, MAIN)).toBe('desk otherwise')
})

day('Wednesday noon: a bad change is refused, and one that slips through rolled back', async () => {
  await set('DOORMAN_RELOAD=manual')
  await doctorSays(/The settings file has changed since Doorman started.*systemctl restart doorman/)
  await restart()
  await allIsWell()

  edit(['goto: vip_desk', 'goto: vip_dsk'])
  await refused('check', /routing\.yaml:\d+:\d+: .*did you mean "vip_desk"\?/)
  expect(await doctor()).toMatch(/fault flow files: .*vip_desk.* Revision [0-9a-f]{12} goes on deciding\./)
  await refused('reload', /Refused: the active revision has not changed\./)
  expect(await call(VIP, MAIN)).toBe('vip VIP callers')

  edit(['goto: vip_dsk', 'goto: vip_desk'], ['otherwise: as_before', 'otherwise: vip_desk'])
  expect(await told('diff')).toContain('otherwise: as_before → vip_desk')
  expect(await told('replay')).toMatch(/\d of \d+ calls would change: as_before → vip_desk by otherwise/)
  await refused('reload --max-change 1%', /at most 1% may change\. If it is meant, allow it by/)
  expect(await call(STRANGER, MAIN)).toBe('desk otherwise')

  await told('reload --max-change 100%')
  expect(await call(STRANGER, MAIN)).toBe('vip otherwise')
  const back = await told('rollback')
  expect(back).toMatch(/is active:\n {2}otherwise: vip_desk → as_before\n/)
  expect(back).toContain('The files there are as they were: correct them before that.')
  expect(await call(STRANGER, MAIN)).toBe('desk otherwise')
  edit(['otherwise: vip_desk', 'otherwise: as_before'])
  expect(await told('reload')).toContain('Nothing has changed')
})

day('Thursday: a branch is closed until six by telephone, and opens again by itself', async () => {
  const closed = '  - { name: North is closed, when: { branch: North Branch, closed: north }, goto: night }\n'
  edit(
    ['vip: {', 'branches: { North Branch: { numbers: ["+15557654321"] } }\nvip: {'],
    ['vip: {', 'hours: { north: { open: "00:00-24:00" } }\nvip: {'],
    ['flows:\n', 'flows:\n  night: { context: night }\n'],
    ['rules:\n', `rules:\n${closed}`],
  )
  expect(await told('reload --max-change 1%')).toMatch(/branch "North Branch": added[\s\S]*None of \d+ calls/)
  const phone = endpoint('desk-phone', '127.0.0.4', 'feature-codes')
  machine.write('/etc/asterisk/pjsip.conf', machine.read('/etc/asterisk/pjsip.conf') + phone)
  await machine.must('asterisk -rx "module reload res_pjsip.so"')
  await eventually(() => call('desk', '*21', 'anonymous'), /^said ok$/)
  expect(await told('override')).toMatch(/^north +closed +today at 18:00 +desk-phone/m)
  expect(await call(STRANGER, MAIN)).toBe('night North is closed')
  expect(await told('why last')).toMatch(/north is closed: override by desk-phone until 20[\d-]+ 18:00/)
  expect(await call(STRANGER, SALES)).toBe('sales otherwise')

  await told(`override north closed --until ${new Date(Date.now() + 5_000).toISOString()}`)
  expect(await call(STRANGER, MAIN)).toBe('night North is closed')
  await eventually(() => call(STRANGER, MAIN), /^desk otherwise$/)
  expect(await told('override')).toContain('No override is on.')
})

day('Friday: the customer database is down, also while Doorman starts, and a VIP stays one', async () => {
  const rows = `CREATE TABLE customers (phone text, name text);
    INSERT INTO customers VALUES ('555-700-0001', 'Gail')`
  expect(await runToEnd([...database.psql, '-c', rows], 10_000)).toMatchObject({ code: 0 })
  const gold = '{ sql: "SELECT phone AS number, name FROM customers", database: crm, every: 10s }'
  edit(['vip: {', `tables: { gold: ${gold} }\nvip: { tables: [gold],`])
  await told('reload')
  await doctorSays(/fault tables: Table gold was never loaded.*DOORMAN_DATABASE_CRM is not set/)
  await set(`DOORMAN_DATABASE_CRM=${database.url}`)
  await doctorSays(/The settings file has changed since Doorman started/)
  await restart()
  await allIsWell()
  expect(await call(GAIL, SALES)).toBe('vip VIP callers')

  await database.kill9()
  await doctorSays(/warning tables: Table gold is as it was .* ago: .*ECONNREFUSED/)
  expect(await call(GAIL, SALES)).toBe('vip VIP callers')
  await restart()
  await doctorSays(/warning tables: Table gold is as it was.*OK: no fault, 2 warnings/)
  expect(await call(GAIL, SALES)).toBe('vip VIP callers')
  expect(await told('why last')).toContain('is in table gold')

  await database.start()
  await allIsWell()
})

day('Saturday: an upgrade under twenty calls a second loses none of them', async () => {
  const agent = await userAgent(pbx, 'carrier-a')
  const place = (at: number) => placed(agent.call({ from: at % 2 ? GAIL : STRANGER, to: SALES }), {})
  const load = new Load(place, CALLS_PER_SECOND)
  const calls = load.start()
  await sleep(2_000)
  await machine.must('dpkg -i /srv/packages/next.deb')
  await doctorSays(/entry contexts: .*doorman dialplan --write/)
  await told('dialplan --write')
  await sleep(2_000)
  load.stop()
  const all = await calls.finally(() => agent.close())
  const places = reached(machine)
  const went = all.map(({ callId, status }) => {
    const { context, rule } = places.get(callId) ?? {}
    return `${status} ${context} ${rule}`
  })
  const decided = went.map((_, at) => (at % 2 ? '200 vip VIP callers' : '200 sales otherwise'))
  const others = went.filter((way, at) => way !== decided[at])
  say(`${all.length} calls, of which ${others.length} took the fallback while Doorman was upgraded`)

  expect(others.filter((way) => way !== '200 sales fallback')).toEqual([])
  expect(went.slice(-10)).toEqual(decided.slice(-10))
  expect(await told('--version')).toBe('99.0.0')
  await allIsWell()
})

day('a week later: why did this call go there, and what has changed since', async () => {
  // Only the clock of the records: the machine has this one's.
  const older = `PRAGMA secure_delete = ON; UPDATE calls SET at = at - 604800000,
    record = json_set(record, '$.at', strftime('%Y-%m-%dT%H:%M:%fZ', (at - 604800000) / 1000.0, 'unixepoch'))`
  const script = `import { DatabaseSync } from 'node:sqlite'
    new DatabaseSync('/var/lib/doorman/doorman.db').exec(${JSON.stringify(older)})`
  machine.write('/tmp/older.mjs', script)
  await machine.must('/usr/lib/doorman/bin/node --no-warnings /tmp/older.mjs')
  expect(await told('calls --since 2h')).toContain('No recorded call matches')

  const listed = await told('calls --since 8d --caller 555-123-4567')
  const [, number] = /^(\d+) .* 7 d +\+15551234567 +\+15557654321 +vip_desk/m.exec(listed) ?? []
  const why = await told(`why ${number}`)
  expect(why).toMatch(/^\+15551234567 via carrier-a to \+15557654321 went to vip_desk by rule "VIP callers"/m)
  const [, revision] = /\(7 d ago\), revision (\w+)/.exec(why) ?? []
  expect(await told(`diff ${revision}`)).toMatch(/table gold: added/)
})

day('a caller wants to be erased: what is kept, and that it is gone', async () => {
  await told('export "(555) 888-0001" > /tmp/kept.json')
  const { number, calls } = JSON.parse(machine.read('/tmp/kept.json'))
  expect([number, calls.length > 5]).toEqual([STRANGER, true])
  const erased = await told('forget "(555) 888-0001" --yes')
  expect(erased).toContain(`Deleted ${calls.length.toLocaleString('en')} recorded calls of ${STRANGER}.`)
  expect(erased).toContain('What names the number elsewhere stays: flow files, tables, logs')
  expect(await told('calls --caller 555-888-0001')).toContain('No recorded call matches')
  expect((await machine.run('grep -rl 5558880001 /var/lib/doorman')).output).toBe('')
  expect(await call(STRANGER, MAIN)).toBe('desk otherwise')
})
