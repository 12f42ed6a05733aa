import { describe, expect, test } from '@jest/globals'
import { Budget } from '../../src/call/budget.js'
import { asker, type Reading, readAtOnce, readCall } from '../../src/call/read.js'
import { readAllHeaders } from '../../src/call/read-headers.js'
import { readPlans } from '../../src/call/read-plan.js'
import { encodeState } from '../../src/conversation/state-codec.js'
import type { Revision } from '../../src/flows/revision.js'
import type { CallFacts } from '../../src/routing/types.js'
import { revisionOf } from '../flows/temp-folder.js'
import { briefed } from '../support/fake-expression.js'
import { type FakeChannel, FakePbx } from '../support/fake-pbx.js'

/** A revision that looks at these headers, and at the attestation where asked. */
function lookingAt(names: readonly string[], condition = ''): Promise<Revision> {
  const list = names.map((name) => `{ header: { ${name}: { present: true } } }`).join(', ')
  const when = condition === '' ? `any: [${list}]` : condition
  return revisionOf({
    'routing.yaml': `flows: { main: { context: main } }\nrules: [{ when: { ${when} }, goto: main }]\notherwise: main\n`,
  })
}

interface Read {
  readonly pbx: FakePbx
  readonly reading: Reading
  readonly facts: CallFacts
  /** What could be read without a question. */
  readonly atOnce: Reading | undefined
}

async function read(
  revision: Revision,
  parts: Partial<FakeChannel>,
  tell: (channel: FakeChannel) => readonly string[] = () => [],
): Promise<Read> {
  const pbx = new FakePbx()
  const channel = pbx.enter(parts)
  const { id, name, sipCallId, callerId, extension } = channel
  const arrival = { channelId: id, channel: name, sipCallId, callerId, extension, briefing: tell(channel) }
  const reading = await readCall(
    arrival,
    revision,
    asker(pbx, id, new Budget(1_700), () => false),
  )
  const atOnce = readAtOnce(arrival, revision)
  if (atOnce !== undefined) expect(atOnce).toEqual(reading)
  return { pbx, reading, facts: reading.facts, atOnce }
}

describe('reading a call', () => {
  test('brings the trunk, the numbers as they came, and the headers that the revision looks at', async () => {
    const headers = [
      ['X-VIP', 'gold'],
      ['X-Other', 'nobody asks'],
    ] as const
    const { facts, reading } = await read(await lookingAt(['X-VIP']), { headers, endpoint: 'carrier-b' })
    expect(facts).toMatchObject({ trunk: 'carrier-b', dialled: '+15557654321', state: {} })
    expect(facts.headers.toList()).toEqual([['x-vip', 'gold']])
    expect(reading.stateFault).toBeUndefined()
  })

  test('brings every repeat of a header in its order, for one more request', async () => {
    const headers = ['a', 'b', '', 'd'].map((value): [string, string] => ['X-VIP', value])
    const { facts, pbx } = await read(await lookingAt(['X-VIP']), { headers })
    expect(facts.headers.getAll('X-VIP')).toEqual(['a', 'b', '', 'd'])
    expect(pbx.requestsOf('read')).toHaveLength(2)
  })

  test('brings ten repeats of a header and no more, however many there are', async () => {
    const headers = Array.from({ length: 200 }, (_, index): [string, string] => ['X-VIP', `v${index}`])
    const { facts } = await read(await lookingAt(['X-VIP']), { headers })
    expect(facts.headers.getAll('X-VIP')).toHaveLength(10)
  })

  test('knows an empty header from one that is not there', async () => {
    const { facts } = await read(await lookingAt(['X-A', 'X-B']), { headers: [['X-A', '']] })
    expect([facts.headers.get('X-A'), facts.headers.get('X-B')]).toEqual(['', null])
  })

  test('finds a header in its compact form', async () => {
    const { facts } = await read(await lookingAt(['Subject']), { headers: [['s', 'Hello']] })
    expect(facts.headers.get('Subject')).toBe('Hello')
  })

  test('is not stopped by bytes that are no text: the header beside them is whole', async () => {
    const headers = [
      ['X-A', Buffer.from([0xff, 0xfe])],
      ['X-B', 'gold'],
    ] as const
    const { facts } = await read(await lookingAt(['X-A', 'X-B']), { headers })
    expect([facts.headers.get('X-A'), facts.headers.get('X-B')]).toEqual(['\ufffd\ufffd', 'gold'])
  })

  test('looks for as many headers as a revision likes, in requests that Asterisk takes', async () => {
    const names = Array.from({ length: 120 }, (_, index) => `X-Header-Number-${index}`)
    const headers = names.map((name, index): [string, string] => [name, `value ${index}`])
    const { facts, pbx } = await read(await lookingAt(names), { headers })
    expect(names.map((name) => facts.headers.get(name))).toEqual(headers.map(([, value]) => value))
    expect(pbx.requestsOf('read').length).toBeGreaterThan(1)
  })

  test('asks a channel that is not PJSIP for no header', async () => {
    const { facts, reading } = await read(await lookingAt(['X-A']), { name: 'Local/1@test-00000001;2' })
    expect(facts.trunk).toBeUndefined()
    expect([...facts.headers]).toEqual([])
    expect(reading.facts.verification).toBeUndefined()
  })

  test('takes the number that was dialled first where the call comes a second time', async () => {
    const variables = new Map([['DOORMAN_DIALLED', '+15550001111']])
    const { facts } = await read(await lookingAt(['X-A']), { extension: 's', variables })
    expect(facts.dialled).toBe('+15550001111')
  })

  test.each([1, 20_000])('brings back a state of %i bytes', async (bytes) => {
    const state = { notes: 'x'.repeat(bytes), deep: { list: [1, null, 'ä'] } }
    const variables = new Map(encodeState(state).map(({ name, value }) => [name, value]))
    const { facts, reading } = await read(await lookingAt(['X-A']), { variables })
    expect(facts.state).toEqual(state)
    expect(reading.stateFault).toBeUndefined()
  })

  test('goes on without a state that is torn, and says so', async () => {
    const variables = new Map(
      encodeState({ notes: 'x'.repeat(5_000) }).map(({ name, value }) => [name, value]),
    )
    variables.delete('CONV_STATE_2')
    const { facts, reading } = await read(await lookingAt(['X-A']), { variables })
    expect(facts.state).toEqual({})
    expect(reading.stateFault).toMatch(/parts/)
  })
})

describe('what Asterisk verified of a call', () => {
  const verified = (result: string) =>
    new Map([
      ['STIR_SHAKEN(count)', '1'],
      ['STIR_SHAKEN(0,attestation)', 'A'],
      ['STIR_SHAKEN(0,verify_result)', result],
    ])

  test.each([
    ['success', true],
    ['Verification passed', true],
    ['Signature verification failed', false],
    ['', false],
  ])('is read from %j, in the words of either version', async (result, isVerified) => {
    const revision = await lookingAt([], 'attestation: A')
    const { facts } = await read(revision, { variables: verified(result) })
    expect(facts.verification).toEqual({ attestation: 'A', verified: isVerified })
  })

  test('is not asked for by a revision that has no use for it', async () => {
    const { facts } = await read(await lookingAt(['X-A']), { variables: verified('success') })
    expect(facts.verification).toBeUndefined()
  })
})

describe('asking on a channel', () => {
  test('is over once the call has left: nothing more is sent', async () => {
    const pbx = new FakePbx()
    const { id } = pbx.enter()
    const ask = asker(pbx, id, new Budget(1_700), () => true)
    await expect(ask(['EVAL(x)'])).rejects.toMatchObject({ fault: 'gone' })
    expect(pbx.requestsOf('read')).toEqual([])
  })
})

describe('reading all headers, for a flow function', () => {
  async function all(headers: FakeChannel['headers'], known: Revision): Promise<[string, string][]> {
    const { pbx, facts } = await read(known, { headers })
    return (
      await readAllHeaders(
        facts.headers,
        asker(pbx, '1700000000.1', new Budget(1_700), () => false),
      )
    ).toList()
  }

  test('brings those, too, that no rule looks at', async () => {
    const headers = [
      ['X-VIP', 'gold'],
      ['Subject', 'Hello'],
      ['X-VIP', 'silver'],
    ] as const
    const found = await all(headers, await lookingAt(['X-VIP']))
    expect(new Map(found).get('subject')).toBe('Hello')
    expect(found.filter(([name]) => name === 'x-vip').map(([, value]) => value)).toEqual(['gold', 'silver'])
  })

  test('brings the first 250 of them and no more, however many there are', async () => {
    const headers = Array.from({ length: 300 }, (_, index): [string, string] => [
      `X-${index}`,
      `value ${index}`,
    ])
    expect(await all(headers, await lookingAt(['X-VIP']))).toHaveLength(250)
  })

  test('says so where the dialplan keeps none', async () => {
    const variables = new Map([['DOORMAN_HEADERS', '']])
    const { pbx, facts } = await read(await lookingAt(['X-VIP']), { headers: [['X-VIP', 'gold']], variables })
    const reading = readAllHeaders(
      facts.headers,
      asker(pbx, '1700000000.1', new Budget(1_300), () => false),
    )
    await expect(reading).rejects.toThrow('doorman dialplan --write')
  })

  test('passes over a name that would mean something to the dialplan', async () => {
    const found = await all(
      [
        ['X-*', 'a'],
        ['X-OK', 'b'],
      ],
      await lookingAt(['X-VIP']),
    )
    expect(found).toEqual([['x-ok', 'b']])
  })
})

describe.each(['telling', 'listing'] as const)(
  'reading a call of which the entry context has told, %s',
  (way) => {
    /** Tells what a revision's own entry context tells. */
    const toldFor = (revision: Revision) => (channel: FakeChannel) => {
      const briefing = readPlans(revision).pjsip[way]?.briefing
      if (briefing === undefined) throw new Error('This revision has no briefing.')
      return briefed(briefing, channel)
    }

    test('brings the same as ARI, without a request', async () => {
      const revision = await lookingAt(['From', 'X-VIP', 'Subject', 'X-Empty', 'X-None'])
      const parts = {
        headers: [
          ['From', '"A, (B" <sip:1@host>'],
          ['X-VIP', 'gold'],
          ['s', 'Hello & goodbye'],
          ['X-Empty', ''],
        ] as const,
        variables: new Map([['DOORMAN_DIALLED', '300']]),
      }
      const [told, asked] = [await read(revision, parts, toldFor(revision)), await read(revision, parts)]
      expect(told.pbx.requests).toEqual([])
      expect(told.facts).toEqual(asked.facts)
      expect(told.atOnce).toEqual(told.reading)
      expect(told.facts.headers.get('X-Empty')).toBe('')
      expect(told.facts.headers.has('X-None')).toBe(false)
      expect([told.reading.readBy, asked.reading.readBy]).toEqual(['dialplan', 'ari'])
    })

    test('needs to wait for nothing where all was told, and asks where it was not', async () => {
      const revision = await lookingAt(['From'], 'header: { X-VIP: gold, X-Tag: a }')
      const atOnce = async (parts: Partial<FakeChannel>) =>
        (await read(revision, parts, toldFor(revision))).atOnce?.facts.headers.toList()
      const vip = (value: string): [string, string] => ['X-VIP', value]
      expect(await atOnce({ headers: [vip('gold')] })).toEqual([['x-vip', 'gold']])
      const from: [string, string] = ['From', '<sip:1@host>']
      expect(await atOnce({ headers: [from] })).toEqual([['from', '<sip:1@host>']])
      expect(await atOnce({ headers: [vip('a'), vip('b')] })).toBeUndefined()
      const long = encodeState({ notes: 'x'.repeat(5_000) }).map(({ name, value }) => [name, value] as const)
      expect(await atOnce({ variables: new Map(long) })).toBeUndefined()
      expect(await atOnce({ sipCallId: '' })).toBeUndefined()
    })

    test('asks for what was not told: further repeats, and the parts of a long state', async () => {
      const revision = await lookingAt(['X-VIP'])
      const headers = ['a', 'b', 'c'].map((value): [string, string] => ['X-VIP', value])
      const state = { notes: 'x'.repeat(5_000) }
      const variables = new Map(encodeState(state).map(({ name, value }) => [name, value]))
      const { facts } = await read(revision, { headers, variables }, toldFor(revision))
      expect(facts.headers.getAll('X-VIP')).toEqual(['a', 'b', 'c'])
      expect(facts.state).toEqual(state)
    })

    test('asks ARI for everything where it was told what other flow files look at', async () => {
      const [revision, other] = [await lookingAt(['X-VIP']), await lookingAt(['X-Other'])]
      const { facts, reading } = await read(revision, { headers: [['X-VIP', 'gold']] }, toldFor(other))
      expect(facts.headers.get('X-VIP')).toBe('gold')
      expect(reading.readBy).toBe('ari')
    })

    test('asks ARI for everything where it was cut short', async () => {
      const revision = await lookingAt(['X-VIP'])
      const cut = (channel: FakeChannel) => toldFor(revision)(channel).slice(0, 2)
      const { facts, reading } = await read(revision, { headers: [['X-VIP', 'gold']] }, cut)
      expect(facts.headers.get('X-VIP')).toBe('gold')
      expect(reading.readBy).toBe('ari')
    })

    test('asks ARI where Asterisk is too old to tell the Call-ID with the event', async () => {
      const revision = await lookingAt(['X-VIP'])
      const { reading } = await read(revision, { sipCallId: '' }, toldFor(revision))
      expect(reading.readBy).toBe('ari')
    })
  },
)

describe('a list of names', () => {
  test('asks for further repeats of every header where Asterisk could not list their names', async () => {
    const revision = await lookingAt(['From', 'X-A', 'X-B'])
    const headers = [
      ['X-A', 'a'],
      ['X-A', 'b'],
      ['X-B', 'c'],
    ] as const
    const unlisted = (channel: FakeChannel) => {
      const { listing } = readPlans(revision).pjsip
      if (listing === undefined) throw new Error('This revision has no list.')
      const [id = '', text = '', end = ''] = briefed(listing.briefing, channel)
      return [id, text.slice(0, text.lastIndexOf('&') + 1), end]
    }
    const { facts, atOnce, reading } = await read(revision, { headers }, unlisted)
    expect(facts.headers.toList()).toEqual(headers.map(([name, value]) => [name.toLowerCase(), value]))
    expect([atOnce, reading.readBy]).toEqual([undefined, 'dialplan'])
  })

  test('is not asked for where it saves no turn of the SIP thread', async () => {
    const one = await lookingAt(['From'], 'header: { X-VIP: gold }')
    const two = await lookingAt(['From'], 'header: { X-VIP: gold, X-Tag: a }')
    expect(readPlans(one).pjsip.listing).toBeUndefined()
    expect(readPlans(two).pjsip.listing?.briefing.expression).toContain('PJSIP_HEADERS()')
  })
})
