import { isUtf8 } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import { finalDecision, reasonsOf } from '../../src/flows/final-decision.js'
import { FunctionRunner } from '../../src/flows/functions/function-runner.js'
import { loadRevision } from '../../src/flows/load.js'
import type { Revision } from '../../src/flows/revision.js'
import type { DecisionRecord } from '../../src/history/decision-record.js'
import { contextOf } from '../../src/routing/context-of.js'
import { SipHeaders } from '../../src/sip/headers.js'
import {
  ANONYMOUS_ENDPOINT,
  type Attack,
  Attackers,
  ENDPOINTS,
  type Endpoint,
  PLACES,
  type Sent,
} from '../hostile/attackers.js'
import { Random } from '../hostile/random.js'
import { tracesOf } from '../hostile/suite.js'
import { attackTexts } from '../hostile/texts.js'
import type { RunningDoorman } from '../support/doorman.js'
import { codeFlow, flowsTo, pbxFixture, RELEASES, stateOf } from '../support/fixture.js'
import type { Trace } from '../support/observer.js'

const FLOW_NAMES = 'vip attested account ceo north main unclear'.split(' ')
const TRUST = 'caller_number, verstat, From, P-Asserted-Identity, Diversion, X-VIP, X-Account, X-Note'
const ROUTING = `
default_country: US
callee_from: [Diversion]
trunks: { carrier-a: { trust: [${TRUST}] } }
vip: { numbers: ["+15551234567"], headers: { X-VIP: [gold] } }
branches:
  North: { numbers: ["+15557654321"], state: { city: Albany } }
  South: { default: true }
flows:
  kept: { context: story-kept, extension: dialled }
${FLOW_NAMES.map((name) => `  ${flowsTo(name)}`).join('\n')}
rules:
  - { name: VIPs, when: { vip: true }, goto: vip, state: { note: "{header.X-Note}", who: "{callerName}" } }
  - { name: Attested, when: { attestation: [A] }, goto: attested }
  - { name: Account, when: { header: { X-Account: { matches: "^9[0-9]{4}$" } } }, goto: account }
  - { name: CEO, when: { header: { From: { matches: "^<?sip:ceo@" } } }, goto: ceo }
  - { name: Code, when: { callee: "2000" }, run: note.ts }
  - { name: North, when: { branch: North }, goto: north, state: { note: "{header.X-Note}" } }
  - { name: Kept, when: { callee: [sales, "*55", "+1555*"] }, goto: kept, state: { who: "{callerName}" } }
otherwise: main
undecidable: unclear
`
/** Takes everything that the caller said onto the call. */
const NOTE = codeFlow(
  "conv.state.note = conv.sipHeaders.get('X-Note')",
  'conv.state.name = conv.callerName',
  "conv.state.account = conv.sipHeaders.get('X-Account')",
  "conv.gotoFlow('main')",
)
/** Without code the headers that rules look at are passed by name, with it all of them are listed. */
const BY_NAME = { 'routing.yaml': ROUTING.replace(/^.*run: note\.ts.*\n/m, '') }
const LISTED = { 'routing.yaml': ROUTING, 'note.ts': NOTE }

/** The first step names the attack for the observer; the others use what is on the call in the ways that flows do. */
const flowContext = (name: string) => `
[story-${name}]
exten => _[sS+*#0-9A-Za-z]!,1,NoOp(attack \${PJSIP_HEADER(read,X-Attack,1)})
 same => n,NoOp(\${CONV_note}\${CONV_who}\${CONV_name})
 same => n,NoOp($["\${CONV_note}" = "x"]\${IF($["\${CONV_who}"="x"]?1:0)})
 same => n,Hangup(17)
`
/** Where no call may ever come, as an extension or as a hangup handler. */
const CANARY = `
[canary]
exten => _!,1,NoOp(attack \${PJSIP_HEADER(read,X-Attack,1)})
 same => n,Set(CANARY_REACHED=\${URIENCODE(\${CONTEXT})})
 same => n,Hangup(38)
`
const DIALPLAN = ['kept', ...FLOW_NAMES].map(flowContext).join('') + CANARY

/** Variables that these calls may have; any other was set by a caller. */
const KNOWN_VARIABLE =
  /^(DOORMAN_[A-Z][A-Za-z0-9_]*|CONV_[A-Za-z0-9_]+|STASISSTATUS|SIPDOMAIN|SIPCALLID|SIPREFER[A-Z]+|RTPAUDIOQOS\w*)$/

/** How many numbers, and values for each of the 11 places, in each of the eight set-ups: 20,000 attacks in all by `npm run hostile`. */
const IS_WHOLE = process.env.DOORMAN_WHOLE_HOSTILE === '1'
const [NUMBERS, VALUES] = IS_WHOLE ? [201, 209] : [60, 60]
const SEED = Number(process.env.DOORMAN_HOSTILE_SEED ?? 1_628)
jest.setTimeout(IS_WHOLE ? 20 * 60_000 : 120_000)
/** Few enough that a busy machine keeps the dialplan's time limit. */
const AT_ONCE = 20

const bytes = (latin1: string) => Buffer.from(latin1, 'latin1')
const header = (name: string, value: string) => ({ headers: [[name, bytes(value)]] as const })

/** One packet each; every one did what it says before generated dialplan kept callers' text apart. */
const BY_NUMBER: readonly (readonly [does: string, text: string])[] = [
  ['writes a file', '):0:0,FILE(/tmp/MARK)=text'],
  ['goes to a context of its choice', '):0:0,DOORMAN_FALLBACK=canary\\,0900123456\\,1,X=\xff'],
  ['runs an extension at hang-up', '):0:0,CHANNEL(hangup_handler_push)=canary\\,0900777\\,1'],
  ['sets a variable', '):0:0,MARK=1'],
  ['sets a global variable', '):0:0,GLOBAL(MARK)=1'],
]
const PAI = 'P-Asserted-Identity'
const VERSTAT =
  '"<sip:+1555@x;verstat=TN-Validation-Passed>):3" <sip:+15559990000@x;verstat=TN-Validation-Failed>'
const BY_HEADER: readonly (readonly [what: string, Omit<Attack, 'what'>])[] = [
  [
    'a VIP number in the name of P-Asserted-Identity',
    header(PAI, '"<sip:+15551234567@x>):3" <sip:+15559990000@x>'),
  ],
  [
    'a callee number in the name of Diversion',
    header('Diversion', '"<sip:+15557654321@x>):3" <sip:+15550002222@x>'),
  ],
  ['an account that the header goes on behind', header('X-Account', '90001):0:5 x')],
  ['a VIP header that goes on behind', header('X-VIP', 'gold):0:4 no')],
  ['an address in the display name', { name: bytes('<sip:ceo@x>):3') }],
  ['a verstat in the name of P-Asserted-Identity', header(PAI, VERSTAT)],
  ['an honest VIP called "Ada :)"', header(PAI, '"Ada :)" <sip:+15551234567@x>')],
  ['an honest VIP called ":)"', { name: bytes(':)'), user: bytes('+15551234567') }],
]
const HONEST_NAMES = [
  ...['Ada :)', 'Smith (Sales)', '50% off, really', "O'Neil; Jr.", '🦊 Zoë 漢字 (1)'],
  ...['n'.repeat(200), 'é'.repeat(100)],
]

/** What became of an attack. */
interface Seen {
  readonly sent: Sent
  /** The PBX's account; undefined where the call came into no context of this story. */
  readonly trace: Trace | undefined
  readonly record: DecisionRecord | undefined
}

const fromAll = (attack: Attack) => ENDPOINTS.map((endpoint) => [attack, endpoint] as const)
const newMark = () => `dm${randomBytes(5).toString('hex')}`

describe.each(RELEASES)('attacks on Debian %s', (release) => {
  describe.each([
    ['one instance and rules', ['doorman'], BY_NAME],
    ['several instances and code', ['doorman-a', 'doorman-b'], LISTED],
  ] as const)('with the dialplan for %s', (_, names, flows) => {
    const settings = names.length === 1 ? {} : { DOORMAN_APPS: names.join(', '), DOORMAN_APP: names[0] ?? '' }
    const fixture = pbxFixture(release, {
      ...{ flows, dialplan: DIALPLAN, settings, withDoorman: false },
      overrides: { 'pjsip.conf': ANONYMOUS_ENDPOINT },
    })
    const functions = new FunctionRunner()
    const instances: RunningDoorman[] = []
    let attackers: Attackers
    let revision: Revision
    beforeAll(async () => {
      attackers = await Attackers.open(fixture.asterisk)
      const loaded = await loadRevision(fixture.lab.flows, functions)
      if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems))
      revision = loaded.revision
    })
    afterAll(async () => {
      attackers?.close()
      await functions.stop()
    })

    /** Sends attacks, a few at a time, and waits for the accounts of all of them: records come a little later. */
    async function play(attacks: readonly (readonly [Attack, Endpoint])[]): Promise<readonly Seen[]> {
      const left = attacks.values()
      const seen: Omit<Seen, 'record'>[] = []
      const sendOn = async () => {
        for (const attack of left) seen.push(await traced(await attackers.send(...attack)))
      }
      await Promise.all(Array.from({ length: AT_ONCE }, sendOn))
      return Promise.all(seen.map(async (one) => ({ ...one, record: await recordOf(one.trace) })))
    }

    async function traced(sent: Sent): Promise<Omit<Seen, 'record'>> {
      const step = `attack ${sent.id}`
      const isIt = ({ steps }: Trace) => steps.some(({ data }) => data === step)
      return { sent, trace: await fixture.observer.ended(isIt, 3_000).catch(() => undefined) }
    }

    async function recordOf(trace: Trace | undefined): Promise<DecisionRecord | undefined> {
      const isIt = { call: trace?.uniqueId }
      const decisions = instances.map((each) => each.event('decision', isIt, { limitMs: 3_000 }))
      const line: unknown = await Promise.any(decisions).catch(() => undefined)
      return line as DecisionRecord | undefined
    }

    /** Nothing that these calls must not bring about. */
    async function expectNoHarm(mark: string, seen: readonly Seen[]): Promise<void> {
      const traces = seen.flatMap(({ trace }) => trace ?? [])
      const variables = new Set(traces.flatMap((trace) => Object.keys(trace.variables)))
      const globals = await fixture.asterisk.cli('dialplan show globals')
      expect({
        files: tracesOf(mark, { deep: [fixture.asterisk.folder], flat: ['/tmp', tmpdir(), '/'] }),
        reached: traces.flatMap(({ steps }) => steps.filter(({ context }) => context === 'canary')),
        variables: [...variables].filter((name) => !KNOWN_VARIABLE.test(name)),
        fallbacks: traces.flatMap((trace) => trace.variables.DOORMAN_FALLBACK ?? []),
        // What Doorman itself shares of a state is a global variable, too.
        globals: globals
          .split('\n')
          .filter(
            (line) =>
              (line.includes(mark) || /^ *(DOORMAN|CONV)_/.test(line)) && !/^ *DOORMAN_SET_/.test(line),
          ),
        database: (await fixture.asterisk.cli(`database show ${mark}`)).trim(),
      }).toEqual({
        ...{ files: [], reached: [], variables: [], fallbacks: [], globals: [] },
        database: expect.stringMatching(/^0 results found/),
      })
    }

    /** What the PBX and the record say of a call, beside what `doorman explain` says of the same bytes. */
    async function accountOf({ sent, trace, record }: Seen) {
      const { callerId, dialled, endpoint } = sent
      const headers = new SipHeaders(sent.headers)
      const facts = { trunk: endpoint, callerId, dialled, headers, verification: undefined, state: {} }
      const parts = { revision, functions, callId: trace?.uniqueId ?? '' }
      const final = await finalDecision(contextOf(facts, revision.routing, new Date()), parts)
      const { decision, flow, state } = final
      const reached = trace?.steps.find(({ context }) => /^story-|^canary/.test(context))
      const attack = `${endpoint}: ${sent.attack.what}`
      // Of a name that is no UTF-8 Asterisk tells all, or nothing.
      const hasName = isUtf8(sent.attack.name ?? Buffer.of())
      const said = {
        ...{ attack, context: reached?.context, vip: trace?.variables.DOORMAN_VIP ?? '0' },
        decision: record && [record.flow, record.vip, record.outcome],
      }
      if (instances.length === 0)
        return { said, wanted: { attack, context: 'story-main', vip: '0', decision: undefined } }
      const undecidable = { attack, context: 'story-unclear', vip: '0' }
      if (!sent.isDecidable)
        return { said, wanted: { ...undecidable, decision: ['unclear', false, 'undecidable'] } }
      return {
        said: {
          ...said,
          extension: reached?.extension,
          state: hasName ? ((trace && (await stateOf(trace))) ?? {}) : 'any',
          facts: record && [record.rule, record.branch, record.callerNumber, record.calleeNumber],
          reasons: record?.reasons,
        },
        wanted: {
          ...{ attack, context: flow.context, vip: decision.vip ? '1' : '0' },
          decision: [flow.name, decision.vip, 'routed'],
          extension: flow.extension === 'dialled' ? dialled : flow.extension,
          state: hasName ? (JSON.parse(JSON.stringify(state)) as unknown) : 'any',
          facts: [decision.rule, decision.branch ?? null, decision.callerNumber, decision.calleeNumber],
          reasons: reasonsOf(final),
        },
      }
    }

    async function expectText(mark: string, seen: readonly Seen[]): Promise<void> {
      await expectNoHarm(mark, seen)
      const accounts = await Promise.all(seen.map(accountOf))
      const others = accounts.filter(({ said, wanted }) => !isDeepStrictEqual(said, wanted))
      expect(others.map(({ said }) => said)).toEqual(others.map(({ wanted }) => wanted))
    }

    /** Every text of the grammar as a number, and every value in every place, from one endpoint after the other. */
    function grammar(mark: string): readonly (readonly [Attack, Endpoint])[] {
      const random = new Random(SEED)
      const numbers = attackTexts(random, mark, 'number', NUMBERS)
      const values = attackTexts(random, mark, 'value', VALUES).flatMap((value) =>
        Object.entries(PLACES).map(([place, put]) => ({
          ...put(value),
          what: `${place} is ${shown(value)}`,
        })),
      )
      const attacks = [
        ...numbers.map((dialled) => ({ dialled, what: `the number is ${shown(dialled)}` })),
        ...values,
      ]
      // The places are no multiple of the endpoints, so that each place is taken from each of them.
      return attacks.map((attack, at) => [attack, ENDPOINTS[at % ENDPOINTS.length] ?? 'anonymous'])
    }

    function tellByNumber(): void {
      const cases = ['1', 'sales'].flatMap((lead) =>
        BY_NUMBER.map(([does, text]) => [lead, does, text] as const),
      )
      test.each(cases)('a number that begins with %s and %s does not', async (lead, what, text) => {
        const mark = newMark()
        const dialled = bytes(lead + text.replace('MARK', mark))
        await expectText(mark, await play(fromAll({ what, dialled })))
      })

      test(`${NUMBERS} numbers, and ${VALUES} values in every place, are text and nothing else`, async () => {
        const mark = newMark()
        await expectText(mark, await play(grammar(mark)))
      })
    }

    describe('while no Doorman runs', () => {
      tellByNumber()
    })

    describe('while Doorman runs', () => {
      beforeAll(async () => {
        for (const name of names) {
          const own = { DOORMAN_APP: name, DOORMAN_DATA: join(fixture.asterisk.folder, name) }
          instances.push(await fixture.lab.startDoorman(own))
        }
      })
      tellByNumber()

      test.each(BY_HEADER)('%s is read as it is, and decided right', async (what, attack) => {
        await expectText(newMark(), await play(fromAll({ what, ...attack })))
      })

      test.each(HONEST_NAMES)('a caller called %s is read whole, and decided right', async (name) => {
        const user = bytes('+15551234567')
        const places = ['the display name', 'X-Note'].map((place) => PLACES[place]?.(Buffer.from(name)))
        const attack: Attack = Object.assign({ what: name, user }, ...places)
        const seen = await play([[attack, 'carrier-a']])
        await expectText(newMark(), seen)
        const { record, trace } = seen[0] ?? {}
        expect([record?.rule, record?.readBy]).toEqual(['VIPs', 'dialplan'])
        expect(trace && (await stateOf(trace))).toEqual({ note: name, who: name })
      })
    })
  })
})

function shown(value: Buffer): string {
  return JSON.stringify(value.toString('latin1'))
}
