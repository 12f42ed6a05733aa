import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { AmiSession } from '../../src/asterisk/ami/session.js'
import type { AriAnswer } from '../../src/asterisk/ari/http.js'
import { asteriskUser } from '../../src/asterisk/config.js'
import { MODULE_OF, neededModules, usedIn } from '../../src/asterisk/version.js'
import { storeCalendar } from '../../src/calendars/calendars.js'
import { dialplanFor } from '../../src/call/passed-facts.js'
import type { Ari, Finding, Subject } from '../../src/doctor/check.js'
import { CHECKS, runChecks } from '../../src/doctor/doctor.js'
import { compile } from '../../src/flows/compile.js'
import type { HoursCalendar } from '../../src/hours/hours.js'
import type { Voice } from '../../src/routing/types.js'
import { readSettings, SETTING_NAMES, type Settings } from '../../src/settings/index.js'
import type { TableState } from '../../src/tables/tables.js'
import { runningDialplan } from '../asterisk/dialplan/running-dialplan.js'
import { projectFolder } from '../flows/project-folder.js'
import { revisionOf, routing } from '../flows/temp-folder.js'
import { hoursOf } from '../routing/support/make.js'
import { storedCall, withStore } from '../store/open-store.js'
import { LookupServer } from '../support/lookup-server.js'

/** Not in the tests' own folder, which other users may not enter. */
const folder = mkdtempSync('/tmp/doorman-doctor-')
afterAll(() => rmSync(folder, { recursive: true, force: true }))

let flows: Exclude<Subject['flows'], Error>
beforeAll(async () => {
  const compiled = await compile(projectFolder('flows'))
  if (!compiled.ok) throw new Error('The flow files of the example cannot be compiled.')
  const { revision } = compiled
  flows = { revision, dialplan: dialplanFor(['doorman'], revision) }
})

/** The flow files with a greeting. */
const greeting = (voice?: Voice) => (given: typeof flows) => {
  const { routing: own } = given.revision
  const greets = { otherwise: { say: 'Welcome.', play: 'early' } } as const
  return { ...given, revision: { ...given.revision, routing: { ...own, greets, voice: voice ?? own.voice } } }
}
const closedFolder = mkdtempSync('/tmp/doorman-doctor-greetings-')
const openFolder = mkdtempSync('/tmp/doorman-doctor-greetings-')
chmodSync(openFolder, 0o755)
afterAll(() => {
  for (const folder of [closedFolder, openFolder]) rmSync(folder, { recursive: true })
})

/** What is different from an installation without faults. */
interface Change {
  readonly settings?: Partial<Settings>
  readonly flows?: (flows: Exclude<Subject['flows'], Error>) => Subject['flows']
  readonly version?: string
  /** Replies of ARI by path. */
  readonly ari?: Readonly<Record<string, Partial<AriAnswer>>> | Error
  /** Answers of AMI by action, or by the variable of Getvar. */
  readonly ami?: Readonly<Record<string, Readonly<Record<string, string>> | Error>> | Error
  readonly admin?: Change['ami'] | null
  readonly missingModule?: string
  /** Dialplan beside the generated one and the trunks' and flows' own. */
  readonly dialplan?: string | Error
  readonly instance?: Subject['instance']
  readonly hasOldSettings?: true
  readonly table?: Partial<TableState>
  /** Asterisk's files by name, beside those without faults. */
  readonly files?: Readonly<Record<string, string>>
  readonly modes?: Readonly<Record<string, number>>
  readonly isElsewhere?: true
}

const GENERATED_FILE = 'extensions_doorman.conf'
const SOUND_FILES = {
  'http.conf': '[general]\nenabled = yes\n[general](+)\nbindport = 8088\n',
  'ari.conf': '[general]\nenabled = yes\n[doorman]\npassword = x\n',
  'manager.conf': '[general]\nenabled = yes ; [general]\n[doorman]\nsecret = x\n',
  'extensions.conf': `#tryinclude "${GENERATED_FILE}"\n[from-trunk]\n`,
  [GENERATED_FILE]: '[doorman-go]\n',
  'settings.env': 'DOORMAN_AMI_SECRET=x\n',
}

const endpoints = (...names: string[]) => ({
  endpoints: { body: names.map((resource) => ({ technology: 'PJSIP', resource })) },
})
const actions = (...names: string[]) => ({
  ListCommands: Object.fromEntries(names.map((name) => [name, ''])),
})

function ari({ ari = {}, version = '22.10.1', missingModule }: Change): Ari | Error {
  if (ari instanceof Error) return ari
  const modules = [
    ...neededModules(flows.dialplan.text, '24.0.0').keys(),
    'res_stir_shaken.so',
    'app_stasis_broadcast.so',
  ]
  const body = modules.filter((name) => name !== missingModule).map((name) => ({ name, status: 'Running' }))
  const replies: Readonly<Record<string, Partial<AriAnswer>>> = {
    'channels/doorman-doctor-asks/continue': { status: 404 },
    'asterisk/modules': { body },
    ...endpoints('carrier-a', 'carrier-b'),
    ...ari,
  }
  const ask: Ari['ask'] = async (_method, path) => ({
    ...{ status: 200, body: undefined },
    ...replies[path],
  })
  return { version, ask }
}

function ami(answers: Change['ami']): AmiSession | Error {
  if (answers instanceof Error) return answers
  return {
    action: async ({ action, variable = '' }) => {
      const answer = answers?.[variable] ?? answers?.[action] ?? {}
      if (answer instanceof Error) throw answer
      return answer
    },
    // What the second user sees of every step is shown on a real Asterisk.
    list: async () => Promise.reject(new Error('not asked here')),
  }
}

/** Answers of Doorman's own AMI user, whose Getvar asks for a few variables. */
function own(given: Exclude<Change['ami'], Error>): Exclude<Change['ami'], Error | undefined> {
  const get = (_answers: object, name: string) => {
    if (given?.[name] !== undefined) return given[name]
    if (name === 'Setvar') return new Error('AMI Setvar: No such channel')
    if (name.includes(',dialplan_')) return given?.marker ?? { value: '1' }
    if (name.startsWith('DIALPLAN_EXISTS(')) return { value: '1' }
    if (name.startsWith('PJSIP_ENDPOINT(')) return { value: 'from-trunk' }
    return undefined
  }
  return new Proxy({}, { get })
}

/** The trunks' context and those of the flows. */
const DIALPLAN = `
[from-trunk]
exten => _[+*#0-9]!,1,Goto(doorman,,1)
[phones]
exten => _X.,1,Goto(general-support,s,1)
[vip-support]
exten => s,1,Answer()
[general-support]
exten => s,1,Answer()
`

function pbxFolder({ files = {}, modes = {} }: Change): string {
  const own = mkdtempSync(join(folder, 'pbx-'))
  for (const [name, text] of Object.entries({ ...SOUND_FILES, ...files })) {
    writeFileSync(join(own, name), text)
    chmodSync(join(own, name), modes[name] ?? (name === GENERATED_FILE ? 0o644 : 0o640))
  }
  // mkdtemp lets nobody else in.
  for (const each of [folder, own]) chmodSync(each, 0o755)
  return own
}

const CALENDAR_URL = 'https://calendar.example/private/holidays.ics'
const NO_DAYS = { days: new Map(), times: new Map(), last: undefined }
const DAY_MS = 86_400_000

/** Flow files with hours that name a calendar, at a URL unless another is given. */
function closedBy(calendar?: HoursCalendar): NonNullable<Change['flows']> {
  const remote = {
    location: CALENDAR_URL,
    refresh: { every: DAY_MS, maxAge: 7 * DAY_MS },
    calendar: undefined,
  }
  const hours = new Map([['office', hoursOf('office', 'off', { calendars: [calendar ?? remote] })]])
  return ({ revision, dialplan }) => ({
    revision: { ...revision, routing: { ...revision.routing, hours } },
    dialplan,
  })
}

/** Nobody of this machine: for it a file is readable as it is for others. */
const ASTERISK = { uid: 4_000_000, gid: 4_000_000, groups: [] }

/** A table that was loaded two days ago. */
function tableWith(change: Partial<TableState>): TableState {
  const loadedAt = new Date(Date.now() - 2 * 86_400_000 - 1_000).toISOString()
  return {
    ...{ name: 'gold', rows: 3, version: 'a1', loadedAt, everyMs: 300_000, error: null, failures: 0 },
    ...change,
  }
}

const RUNNING = {
  state: 'answers',
  ...{ pid: 42, ready: true, hasOldSettings: false, revision: '', problems: [], tables: [] },
} as const

async function diagnosed(change: Change = {}): Promise<readonly Finding[]> {
  const files = pbxFolder(change)
  const admin = change.admin ?? actions('reload', 'showdialplan', 'updateconfig')
  const tables = change.table === undefined ? [] : [tableWith(change.table)]
  const { hasOldSettings = false } = change
  const decides = { ...RUNNING, revision: flows.revision.id, hasOldSettings, tables }
  return runChecks({
    settings: {
      ...readSettings({ env: { DOORMAN_GREETINGS: openFolder }, optional: SETTING_NAMES }),
      ...change.settings,
    },
    flows: change.flows?.(flows) ?? flows,
    ari: ari(change),
    ami: ami(change.ami instanceof Error ? change.ami : own(change.ami)),
    admin: change.admin === null ? undefined : ami(admin),
    dialplan: change.admin === null || change.admin instanceof Error ? undefined : dialplanWith(change),
    instance: change.instance ?? decides,
    pbxFiles: change.isElsewhere ? undefined : { folder: files, user: ASTERISK },
    secretFiles: [join(files, 'settings.env')],
  })
}

function dialplanWith({ dialplan = '' }: Change): Subject['dialplan'] {
  return dialplan instanceof Error ? dialplan : runningDialplan(flows.dialplan.text + DIALPLAN + dialplan)
}

/** Answers of Getvar that say in which context endpoints are. */
function inContext(value: string, ...names: readonly string[]) {
  return Object.fromEntries(names.map((name) => [`PJSIP_ENDPOINT(${name},context)`, { value }]))
}

describe('lookups', () => {
  let server: LookupServer
  beforeAll(async () => {
    server = await LookupServer.start()
  })
  afterAll(() => server.stop())

  /** What is said of a lookup with such a source. */
  async function told(source: string, settings: Partial<Settings> = {}): Promise<string> {
    const crm = `lookups: { crm: { ${source}, take: { tier: tier } } }`
    const revision = await revisionOf(routing(crm))
    const findings = await diagnosed({ settings, flows: (all) => ({ ...all, revision }) })
    return findings
      .flatMap(({ check, verdict, says }) => (check === 'lookups' ? `${verdict}: ${says}` : []))
      .join()
  }

  test('are reachable where their server answers, whatever it says of no path', async () => {
    server.way = 'failing'
    const said = await told(`http: "${server.origin}/{callee.number}"`)
    expect(said).toBe(`ok: crm: ${server.origin.replace('http://', '')} can be reached.`)
    expect(server.requests).toMatchObject([{ path: '/' }])
  })

  test.each([
    [
      'http: "http://127.0.0.1:1/{callee.number}"',
      /^warning: crm: 127.0.0.1:1 cannot be reached: ECONNREFUSED. Calls/,
    ],
    ['sql: "SELECT 1", database: crm', /^warning: crm: DOORMAN_DATABASE_CRM is not set. Calls/],
    [
      'http: "http://127.0.0.1:1/", headers: { X-Key: "{secret.KEY}" }',
      /^warning: crm: DOORMAN_SECRET_KEY is not set. /,
    ],
  ])('are not with %s', async (source, message) => {
    expect(await told(source)).toMatch(message)
  })
})

const bad = async (change: Change) => (await diagnosed(change)).filter(({ verdict }) => verdict !== 'ok')
/** The one finding, `check | verdict | a part of what it says | a part of the remedy`, and what brings it about. */
const CASES: Readonly<Record<string, Change>> = {
  'settings | warning | DOORMAN_AMI_SECRET: still the secret of the sample | openssl': {
    settings: { DOORMAN_AMI_SECRET: 'CHANGE-ME' },
  },
  'settings | warning | password goes over the network in the clear | TLS': {
    settings: { DOORMAN_ARI_URL: 'http://pbx.example:8088' },
  },
  'settings | warning | The console is off: DOORMAN_CONTROL_HOST=0.0.0.0 is not loopback | loopback': {
    settings: { DOORMAN_CONTROL_HOST: '0.0.0.0', DOORMAN_CONSOLE_URL: 'http://doorman.example' },
  },
  'settings | warning | secret goes over the network in the clear | tunnel': {
    settings: { DOORMAN_AMI_HOST: 'pbx.example' },
  },
  'flow files | fault | 1 problem. routing.yaml:3:7: unknown key "flow". Revision | doorman check': {
    flows: () => new Error('routing.yaml:3:7: unknown key "flow"'),
  },
  'ARI | fault | did not answer (ECONNREFUSED). | Check that Asterisk runs.': {
    ari: new Error('ARI at http://x did not answer (ECONNREFUSED). Check that Asterisk runs.'),
  },
  'ARI rights | fault | may only read | read_only = no': {
    ari: { 'channels/doorman-doctor-asks/continue': { status: 403 } },
  },
  'ARI rights | warning | answered 500 | ari.conf': {
    ari: { 'channels/doorman-doctor-asks/continue': { status: 500 } },
  },
  'version | fault | 13.38.3 is too old | Asterisk 16 or later': { version: '13.38.3' },
  'modules | fault | func_uri.so is not running (URIDECODE(), URIENCODE()) | module load func_uri.so': {
    missingModule: 'func_uri.so',
  },
  'modules | fault | Calls are decided without their SIP headers. | module load res_pjsip_header_funcs.so': {
    missingModule: 'res_pjsip_header_funcs.so',
  },
  'modules | fault | res_stir_shaken.so is not running (STIR_SHAKEN()) | module load res_stir_shaken.so': {
    missingModule: 'res_stir_shaken.so',
    flows: ({ revision }) => {
      const attested = { ...revision, needsAttestation: true }
      return { revision: attested, dialplan: dialplanFor(['doorman'], attested) }
    },
  },
  'modules | warning | ARI answered 500 | res_ari_': {
    ari: { 'asterisk/modules': { status: 500 } },
  },
  'AMI | fault | refused the user doorman | DOORMAN_AMI_SECRET': {
    ami: new Error('AMI at 127.0.0.1:5038 refused the user doorman: Authentication failed'),
  },
  'AMI admin | fault | refused the user doorman-admin | DOORMAN_AMI_ADMIN_SECRET': {
    admin: new Error('AMI at 127.0.0.1:5038 refused the user doorman-admin: Authentication failed'),
  },
  'AMI rights | fault | may not set variables | write = call': {
    ami: { Setvar: new Error('AMI Setvar: Permission denied') },
  },
  'AMI rights | warning | Command (class command), Originate | write = call': {
    ami: actions('setvar', 'command', 'originate', 'updateconfig', 'moduleload'),
  },
  'AMI admin | fault | may not do showdialplan | write = config': {
    admin: actions('reload', 'moduleload'),
  },
  'AMI admin | warning | Command (class command) | write = config': {
    admin: actions('reload', 'showdialplan', 'updateconfig', 'command'),
  },
  'AMI admin | warning | dialplan could not be read: no answer. | manager.conf': {
    dialplan: new Error('no answer'),
  },
  'entry contexts | fault | no [doorman], [doorman-go] | #tryinclude': {
    ami: { 'DIALPLAN_EXISTS(doorman)': { value: '0' }, 'DIALPLAN_EXISTS(doorman-go)': { value: '0' } },
  },
  'entry contexts | fault | is not the one that | doorman dialplan --write': {
    ami: { marker: { value: '0' } },
  },
  'entry contexts | fault | executes parts of the dialled number | doorman dialplan --write': {
    ami: { marker: { value: '0' }, 'DIALPLAN_EXISTS(doorman-go,missing,1)': { value: '0' } },
  },
  'flow contexts | fault | vip_support_flow leads to vip-support,s,1 | [vip-support]': {
    ami: { 'DIALPLAN_EXISTS(vip-support,s,1)': { value: '0' } },
  },
  'trunks | fault | the trunk carrier-b, and PJSIP has no such endpoint: no call comes from it. Is | pjsip.conf':
    {
      ...{ ari: endpoints('carrier-a'), ami: inContext('', 'carrier-b') },
    },
  'flow contexts | fault | hear that all lines are busy | [general-support]': {
    ami: { 'DIALPLAN_EXISTS(general-support,s,1)': { value: '0' } },
  },
  'version | warning | GHSA-wcvv-g26m-wx5c (an ARI user | Update Asterisk': { version: '22.10.0' },
  'version | info | Your distribution may have mended them | Update': { version: '22.10.0+dfsg-3' },
  'instance | fault | No Doorman runs with the data folder data: calls take | systemctl start doorman': {
    ...{ instance: { state: 'none' }, ari: { 'applications/doorman': { status: 404 } } },
  },
  'calendars | fault | calendar.example/…/holidays.ics was never loaded | See the log': { flows: closedBy() },
  'calendars | warning | old.csv ends on 2026-01-01; add the days | doorman hours': {
    flows: closedBy({ location: 'old.csv', refresh: undefined, calendar: { ...NO_DAYS, last: 20_454 } }),
  },
  'instance | warning | "doorman" is registered, but not by | DOORMAN_DATA': { instance: { state: 'none' } },
  'instance | info | may not read data, so | as root': { instance: { state: 'hidden' } },
  'instance | fault | (process 42) does not answer: ECONNREFUSED. Calls take | systemctl restart': {
    instance: { state: 'silent', says: 'Doorman (process 42) does not answer: ECONNREFUSED' },
  },
  'instance | fault | cannot route calls. ARI refuses. | log': {
    instance: { ...RUNNING, ready: false, problems: ['ARI refuses'] },
  },
  'instance | warning | decides by revision 0123abcd; the files in flows are | doorman reload': {
    instance: { ...RUNNING, revision: '0123abcd' },
  },
  'instance | info | decides by revision 0123abcd; the files in flows are | publisher gives the files': {
    instance: { ...RUNNING, revision: '0123abcd' },
    settings: { DOORMAN_FLEET: tmpdir() },
  },
  'instance | warning | settings file has changed since Doorman started | systemctl restart doorman': {
    hasOldSettings: true,
  },
  'tables | fault | Table gold was never loaded, so conditions on it are unknown: it is down. | DOORMAN_DATABASE_':
    {
      table: { loadedAt: null, error: 'it is down' },
    },
  'tables | warning | Table gold is as it was 2 d ago: it is down. | by itself': {
    table: { error: 'it is down' },
  },
  'Asterisk files | info | No configuration of Asterisk was found on this machine | ': { isElsewhere: true },
  'sections | fault | ari.conf:6: this second [general] stops ARI | [general](+)': {
    files: { 'ari.conf': `${SOUND_FILES['ari.conf']}\n[general]\nenabled = yes\n` },
  },
  'sections | warning | http.conf:5: Asterisk ignores | [general](+)': {
    files: { 'http.conf': `${SOUND_FILES['http.conf']}[general]\n` },
  },
  'sections | warning | more.conf:1: Asterisk ignores | [general](+)': {
    files: { 'manager.conf': '[general]\n#include "more.conf"\n', 'more.conf': '[general]\nport = 1\n' },
  },
  'sections | fault | http.conf:1: [general](+) has no plain [general] before it. Asterisk refuses | that line':
    {
      files: { 'http.conf': '[general](+)\nenabled = yes\n[general]\n' },
    },
  'dialplan file | fault | No file that extensions.conf includes | #tryinclude': {
    files: { 'extensions.conf': '[from-trunk]\n' },
  },
  'dialplan file | warning | by #include, Asterisk starts without any dialplan | #tryinclude': {
    files: { 'extensions.conf': `#include ${GENERATED_FILE}\n` },
  },
  'dialplan file | fault | extensions.conf:2: #include "gone.conf": there is no such | that line': {
    files: { 'extensions.conf': `#tryinclude ${GENERATED_FILE}\n#include gone.conf\n` },
  },
  'dialplan file | fault | (user 4000000) may not read | chmod o+r': { modes: { [GENERATED_FILE]: 0o640 } },
  'greetings | fault | pico2wave is not on the PATH | doorman reload': {
    flows: greeting({ engine: 'pico2wave', voice: 'en-US', speed: 1 }),
  },
  'greetings | fault | /nowhere does not exist | doorman setup': {
    ...{ flows: greeting(), settings: { DOORMAN_GREETINGS: '/nowhere' } },
  },
  'greetings | fault | (user 4000000) may not read /tmp/doorman-doctor- | chmod g+rx': {
    ...{ flows: greeting(), settings: { DOORMAN_GREETINGS: closedFolder } },
  },
  'password files | warning | can read the passwords in | chmod o-r': { modes: { 'ari.conf': 0o644 } },
  'password files | warning | settings.env. | chmod o-r': { modes: { 'settings.env': 0o644 } },
  'endpoints | fault | No PJSIP endpoint leads to [doorman] | Context of the trunk': {
    ami: inContext('phones', 'carrier-a', 'carrier-b'),
  },
  'endpoints | info | Calls of carrier-b lead to Doorman only by some numbers | ': {
    ...{
      ami: inContext('night', 'carrier-b'),
      dialplan: '[night]\ninclude => from-trunk\nexten => 1,1,Answer()\n',
    },
  },
  'endpoints | info | Calls of carrier-b lead to Doorman only | ': {
    ...{ ami: inContext('wrong', 'carrier-b'), dialplan: '[wrong]\nexten => i,1,Goto(doorman,,1)\n' },
  },
  'endpoints | warning | calls of carrier-b go to [phones], which does not lead | Context of the trunk': {
    ami: inContext('phones', 'carrier-b'),
  },
  'entries | fault | the fallback from-pstm,dialled,1 is not in the dialplan | context, extension': {
    dialplan: '[in]\nexten => _X.,1,Set(__DOORMAN_FALLBACK=from-pstm,dialled,1)\n',
  },
  'entries | fault | the fallback phones,s,1 is not in the dialplan | priority': {
    dialplan: '[in]\nexten => _X.,1,Set(DOORMAN_FALLBACK=phones,s,1)\n',
  },
  'entries | fault | the fallback vip-support,s,5 is not in the dialplan | priority': {
    dialplan: '[in]\nexten => _X.,1,Set(DOORMAN_FALLBACK=vip-support,s,5)\n',
  },
  'entries | warning | [in]: DOORMAN_FALLBACK=phones,${EXTEN},1 lets a caller | dialled': {
    dialplan: '[in]\nexten => _X.,1,Set(DOORMAN_FALLBACK=phones,${EXTEN},1)\n',
  },
  'entries | warning | Goto(doorman,${EXTEN},1) lets a caller | Goto(doorman,,1)': {
    dialplan: '[in]\nexten => _X.,1,Goto(doorman,${EXTEN},1)\n',
  },
  'entries | warning | ExecIf(${X}?Goto(doorman,${EXTEN},1)) lets a caller | Goto(doorman,,1)': {
    dialplan: '[in]\nexten => _X.,1,ExecIf(${X}?Goto(doorman,${EXTEN},1))\n',
  },
  'entries | fault | leads straight back to Doorman for 55551234, by [hook] → [doorman] | Context': {
    dialplan:
      '[in]\nexten => _X.,1,Set(DOORMAN_FALLBACK=pstn,dialled,1)\n[pstn]\ninclude => hook\n' +
      'exten => s,1,Answer()\n[hook]\nexten => _X.,1,NoOp()\n same => n,Goto(doorman,,1)\n',
  },
  'loops | info | may lead back to Doorman. | ': {
    dialplan: '[general-support]\nexten => s,1,Answer()\n same => n,GotoIf($["${X}"="1"]?doorman,s,1)\n',
  },
  'loops | fault | The flow back (from-trunk,dialled) leads straight back to Doorman for 55551234 | Context':
    {
      flows: ({ revision, dialplan }) => {
        const back = { context: 'from-trunk', extension: 'dialled', priority: 1, turnAway: false }
        const routing = { ...revision.routing, flows: new Map([['back', { name: 'back', ...back }]]) }
        return { revision: { ...revision, routing }, dialplan }
      },
    },
}

describe('doctor diagnoses', () => {
  test('an installation without faults: every check is ok, in the order of the list', async () => {
    const findings = await diagnosed()
    // It has no lookups, and is in no fleet.
    const names = CHECKS.map(({ name }) => name).filter((name) => !['lookups', 'fleet'].includes(name))
    expect(findings.map(({ check }) => check)).toEqual(names)
    expect(findings.filter(({ verdict, remedy }) => verdict !== 'ok' || remedy !== null)).toEqual([])
  })

  test.each(Object.entries(CASES))('%s', async (finding, change) => {
    const [check = '', verdict, says = '', remedy = ''] = finding.split(' | ')
    expect(await bad(change)).toEqual([
      {
        ...{ check, verdict, says: expect.stringContaining(says) },
        remedy: remedy === '' ? null : expect.stringContaining(remedy),
      },
    ])
  })

  test('each check goes wrong in some case, recorded calls, lookups and the fleet in one of their own', () => {
    const names = Object.keys(CASES).map((finding) => finding.split(' | ')[0])
    const never = CHECKS.map(({ name }) => name).filter((name) => !names.includes(name))
    expect(never).toEqual(['lookups', 'recorded calls', 'fleet'])
  })

  test('without connections only what needs none', async () => {
    const down = await diagnosed({ ari: new Error('no'), ami: new Error('no'), admin: null })
    expect(down.map(({ check, verdict }) => `${check} ${verdict}`)).toEqual([
      ...[
        'settings ok',
        'flow files ok',
        'calendars ok',
        'Asterisk files ok',
        'sections ok',
        'dialplan file ok',
      ],
      ...[
        'greetings ok',
        'password files ok',
        'ARI fault',
        'AMI fault',
        'AMI admin info',
        'instance ok',
        'tables ok',
        'recorded calls ok',
      ],
    ])
  })

  test('AMI once where it is down for both users', async () => {
    const down = new Error('AMI at 127.0.0.1:5038: connect ECONNREFUSED')
    expect((await bad({ ami: down, admin: down })).map(({ check }) => check)).toEqual(['AMI'])
  })

  test('without the second user what that leaves open, which is no fault', async () => {
    expect(await bad({ admin: null })).toEqual([
      {
        ...{ check: 'AMI admin', verdict: 'info' },
        says: expect.stringContaining('Not checked without it: endpoints, entries, loops'),
        remedy: expect.stringContaining('DOORMAN_AMI_ADMIN_SECRET'),
      },
    ])
  })

  test('a copy of a calendar that is too old, or ends soon', async () => {
    const data = mkdtempSync(join(folder, 'data-'))
    const found = async (days: number, rule: string) => {
      const event = `BEGIN:VEVENT\nDTSTART;VALUE=DATE:20251225\n${rule}END:VEVENT`
      const text = `BEGIN:VCALENDAR\n${event}\nEND:VCALENDAR\n`
      await storeCalendar(data, CALENDAR_URL, text, new Date(Date.now() - days * DAY_MS))
      return (await bad({ flows: closedBy(), settings: { DOORMAN_DATA: data } })).map(
        ({ verdict, says }) => `${verdict}: ${says}`,
      )
    }
    expect(await found(6, 'RRULE:FREQ=YEARLY\n')).toEqual([])
    expect(await found(8, '')).toEqual([
      'fault: The copy of the calendar calendar.example/…/holidays.ics is 8 d old, more than its max_age; it goes on to decide.',
      expect.stringMatching(
        /^warning: The calendar calendar\.example\/…\/holidays\.ics ends on 2025-12-25; add/,
      ),
    ])
  })

  test('recorded calls that are older than they may be', async () => {
    const data = mkdtempSync(join(folder, 'data-'))
    await withStore(data, async (store) => {
      store.recordCall(storedCall({ at: Date.now() - 40.5 * 86_400_000 }))
      await store.flush()
    })
    const keeping = (days: number) => bad({ settings: { DOORMAN_DATA: data, DOORMAN_KEEP_CALLS: days } })
    expect(await keeping(30)).toEqual([
      {
        ...{ check: 'recorded calls', verdict: 'warning' },
        says: 'The oldest recorded call is 40 days old, though DOORMAN_KEEP_CALLS=30.',
        remedy: expect.stringContaining('start it'),
      },
    ])
    expect(await keeping(40)).toEqual([])
  })

  test('as whom Asterisk runs, and nobody where another process has the number of one that has crashed', async () => {
    const files = mkdtempSync(join(folder, 'run-'))
    const program = join(files, 'asterisk')
    copyFileSync('/bin/sleep', program)
    const asterisk = spawn(program, ['60'])
    await once(asterisk, 'spawn')
    const runAs = (pid: number | undefined) => {
      writeFileSync(join(files, 'asterisk.conf'), `[directories]\nastrundir = ${files}\n`)
      writeFileSync(join(files, 'asterisk.pid'), String(pid))
      return asteriskUser(files)
    }
    expect(runAs(asterisk.pid)).toMatchObject({ uid: process.getuid?.(), gid: process.getgid?.() })
    expect(runAs(process.pid)).toBe(undefined)
    asterisk.kill()
  })

  test('a fallback at a label, and data that only look like a location, as no fault', async () => {
    const steps = ['Set(DOORMAN_FALLBACK=vip-support,s,day)', 'Dial(Local/s@doorman,${WAIT})']
    const lines = [...steps, 'NoOp(doorman,${EXTEN})'].map((step) => ` same => n,${step}`)
    expect(await bad({ dialplan: ['[in]', 'exten => _X.,1,NoOp()', ...lines].join('\n') })).toEqual([])
  })

  test('a trunk of a database that is in no list as known', async () => {
    const known = { 'PJSIP_ENDPOINT(carrier-b,context)': { value: 'from-trunk' } }
    expect(await bad({ ari: endpoints('carrier-a'), ami: known })).toEqual([])
  })

  test('modules by the dialplan that is generated: no other application or function is asked for', () => {
    const dialplan = 'exten => s,1,Log(NOTICE,x)\n same => n,Set(X=${CUT(A,-,1)})\n; MATH() in a comment'
    const needed = neededModules(dialplan, '24.0.0')
    expect([needed.get('app_verbose.so'), needed.get('func_cut.so')]).toEqual(['Log()', 'CUT()'])
    expect([needed.has('func_math.so'), needed.has('func_uri.so')]).toEqual([false, false])
  })

  test.each([
    ['16.28.0', []],
    ['22.10.1', ['app_stasis_broadcast.so is not running (StasisBroadcast()).']],
  ])('StasisBroadcast of Asterisk %s, only where that version has it', async (version, says) => {
    const found = await bad({
      ...{ version, missingModule: 'app_stasis_broadcast.so' },
      flows: ({ revision }) => ({
        revision,
        dialplan: { text: 'exten => s,1,StasisBroadcast(500,^doorman$)', marker: '' },
      }),
    })
    expect(found.filter(({ check }) => check === 'modules').map((finding) => finding.says)).toEqual(says)
  })

  test('every application and function of the generated dialplan: the module of each is known', () => {
    const attested = { ...flows.revision, needsAttestation: true, needsAllHeaders: true }
    const { text } = dialplanFor(['doorman-a', 'doorman-b'], attested)
    expect([...usedIn(text)].filter((name) => !(name in MODULE_OF))).toEqual([])
    for (const name of ['Stasis', 'StasisBroadcast', 'PJSIP_HEADER', 'STIR_SHAKEN'])
      expect(usedIn(text)).toContain(name)
  })

  test('a dialplan that does not parse callers’ text by an extension that it has', () => {
    const { text } = flows.dialplan
    expect(text.slice(text.indexOf('[doorman-go]'))).toMatch(/^exten => missing,1,/m)
  })
})
