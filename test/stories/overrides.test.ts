import { describe, expect, test } from '@jest/globals'
import { doorman } from '../cli/command.js'
import { codeBlocks } from '../docs/code-blocks.js'
import { placeCall, placed, rawCall, userAgent } from '../support/calls.js'
import { settingsFor } from '../support/doorman.js'
import { allShowing, flowsTo, pbxFixture, RELEASES } from '../support/fixture.js'
import { until } from '../support/until.js'

const ROUTING = `
time_zone: Europe/Berlin
hours:
  office: { open: "00:00-24:00" }
  shop: { open: "00:00-24:00" }
flows: { ${flowsTo('main', 'night')} }
rules:
  - { name: Closed, when: { closed: office }, goto: night, state: { reason: "{hours.office.why|no reason}" } }
otherwise: main
`
/** A number that sends a message, and keeps on the channel what came of it. */
const sends = (number: string, values: string, before = 'NoOp()'): string =>
  [
    `exten => ${number},1,${before}`,
    ` same => n,Gosub(doorman-override,s,1(${values}))`,
    ' same => n,MSet(BACK=yes,LEFT=${TIMEOUT(absolute)})',
    ' same => n,Hangup(17)\n',
  ].join('\n')
/** Of the page, which begins and ends with the lines of a context. */
const FEATURE_CODES = codeBlocks('docs/overrides.md', 'ini')
const [COMMANDS = ''] = codeBlocks('docs/overrides.md', 'sh')
const DIALPLAN = [
  '[from-trunk]\n',
  sends('601', 'office,closed,90m'),
  sends('602', 'office,end', 'Set(TIMEOUT(absolute)=30)'),
  sends('603', 'ofice,closed,90m'),
  sends('604', '${PJSIP_HEADER(read,X-Name)},closed,90m'),
  sends('605', 'shop,closed,90m'),
  'exten => 621,1,Goto(feature-codes,*21,1)\nexten => 622,1,Goto(feature-codes,*22,1)\n',
  ...FEATURE_CODES,
  'exten => 701,hint,Stasis:doorman-shop\n',
  allShowing(['main', 'night'], '${CONV_reason}'),
].join('')

describe.each(RELEASES)('overrides on Debian %s', (release) => {
  const fixture = pbxFixture(release, { flows: { 'routing.yaml': ROUTING }, dialplan: DIALPLAN })

  /** The variables of a call that sends a message. */
  const sent = async (to: string, name = 'Ada') => {
    const { callId } = await placeCall(fixture.asterisk, {
      ...{ from: '+15559990000', to, trunk: 'carrier-a', headers: [['X-Name', name]] },
    })
    return (await fixture.observer.ended(callId, 5_000)).variables
  }
  const call = () => fixture.call({ from: '+15559990000', to: '100', trunk: 'carrier-a' })
  const lamp = async (number: string, shows: string) =>
    until(
      async () => (await fixture.asterisk.cli(`core show hint ${number}`)).includes(`State:${shows} `),
      shows,
    )
  const ari = async (path: string) => {
    const { url, username, password } = fixture.asterisk.ari
    return (await fetch(`${url}/ari/${path}?api_key=${username}:${password}`)).json()
  }
  const command = (...args: string[]) =>
    doorman(args, { ...settingsFor(fixture.asterisk), DOORMAN_FLOWS: fixture.lab.flows })

  test('a feature code closes the office: the lamp is on, calls go to the night flow, and say why', async () => {
    await lamp('700', 'Idle')
    expect(await sent('601')).toMatchObject({ BACK: 'yes', DOORMAN_RESULT: 'ok', LEFT: '0' })
    await lamp('700', 'InUse')
    const { result, record } = await call()
    expect([result.context, result.appData[0]]).toEqual(['story-night', 'no reason'])
    expect(record.reasons).toContainEqual(
      expect.objectContaining({
        why: expect.stringMatching(/^office is closed: override by carrier-a until 20/),
      }),
    )
    expect(fixture.doorman.records).toHaveLength(1)
    const says = 'by rule "Closed": office is closed: override by carrier-a until'
    await until(async () => (await command('why', 'last')).out.includes(says), 'its record')
    const explained = await command('explain', '--from', '1', '--to', '2')
    expect(explained.out).toContain('office is closed: override by carrier-a until')
  })

  test('it survives a restart of Doorman, and a command ends it', async () => {
    await fixture.lab.stopDoorman()
    expect((await command('override')).out).toMatch(/office +closed +20.* carrier-a/)
    fixture.doorman = await fixture.lab.startDoorman()
    expect((await call()).result.context).toBe('story-night')
    expect(await command('override', 'office', '--end')).toMatchObject({ exit: 0 })
    await lamp('700', 'Idle')
    expect((await call()).result.context).toBe('story-main')
    const says = 'None of 3 calls would change.'
    await until(async () => (await command('replay')).out.includes(says), says)
  })

  test('a command closes it, and it ends by itself', async () => {
    const closed = await command('override', 'office', 'closed', '--until', '3s', '--why', 'fire drill')
    expect(closed).toMatchObject({ exit: 0, out: expect.stringContaining(': fire drill') })
    const { result } = await call()
    expect([result.context, result.appData[0]]).toEqual(['story-night', 'fire drill'])
    await fixture.doorman.event('override_expired')
    await lamp('700', 'Idle')
    expect((await call()).result.context).toBe('story-main')
  })

  test('the lamp of hours that are removed goes off, and its state is deleted', async () => {
    expect(await sent('605')).toMatchObject({ DOORMAN_RESULT: 'ok' })
    await lamp('701', 'InUse')
    fixture.lab.put('routing.yaml', ROUTING.replace(/^ {2}shop.*\n/m, ''))
    const states = async () => JSON.stringify(await ari('deviceStates'))
    await until(async () => !(await states()).includes('doorman-shop'), 'it goes')
    expect(await states()).toContain('doorman-office')
    await lamp('701', 'Idle')
    fixture.lab.put('routing.yaml', ROUTING)
    await lamp('701', 'InUse')
  })

  test('the feature codes and the commands of the page do what it says', async () => {
    const overrides = async () => JSON.parse((await command('override', '--json')).out).overrides
    expect(await sent('621')).toMatchObject({ DOORMAN_RESULT: 'ok' })
    expect(await overrides()).toContainEqual(expect.objectContaining({ name: 'office', by: 'carrier-a' }))
    expect(await sent('622')).toMatchObject({ DOORMAN_RESULT: 'ok' })
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)
    const lines = COMMANDS.replace('2026-12-24', tomorrow).trim().split('\n')
    for (const line of lines) {
      const words = line.replace(/ +#.*/, '').match(/"[^"]*"|\S+/g) ?? []
      const [, ...args] = words.map((word) => word.replaceAll('"', ''))
      expect(await command(...args)).toMatchObject({ exit: 0 })
    }
    expect(lines).toHaveLength(4)
  })

  test('a message gives the time limit of the call back', async () => {
    await sent('601')
    const { LEFT, DOORMAN_RESULT } = await sent('602')
    expect([DOORMAN_RESULT, Number(LEFT) > 25]).toEqual(['ok', true])
  })

  test('one that Doorman does not understand is refused, and the log says why', async () => {
    expect(await sent('603')).toMatchObject({ BACK: 'yes', DOORMAN_RESULT: 'refused' })
    const { message } = await fixture.doorman.event('message_refused')
    expect(message).toContain('doorman-override with ofice, closed, 90m')
    expect(message).toContain('did you mean "office"?')
  })

  test.each(['office)', 'a#b', 'x${EPOCH}', 'office&x', '"', 'office,closed'])(
    'one with %s of a caller in it is refused',
    async (name) => expect(await sent('604', name)).toMatchObject({ BACK: 'yes', DOORMAN_RESULT: 'refused' }),
  )

  test('one of a call that Asterisk cannot describe is taken, too', async () => {
    const agent = await userAgent(fixture.asterisk, 'carrier-a')
    const invite = { from: '<sip:100@127.0.0.1>', to: '601', headers: [], callId: Buffer.from([0xff, 0x41]) }
    await placed(rawCall(agent, invite), { patience_ms: 1_000 }).finally(() => agent.close())
    const trace = await fixture.observer.ended(
      ({ variables: { BACK }, callId }) => BACK === 'yes' && callId === undefined,
      5_000,
    )
    expect(trace.variables.DOORMAN_RESULT).toBe('ok')
    expect((await command('override', '--json')).out).toContain('"by":"carrier-a"')
  })

  test('one to a Doorman that hangs or is gone is back within two seconds', async () => {
    fixture.doorman.signal('SIGSTOP')
    const begun = performance.now()
    expect(await sent('601')).toMatchObject({ BACK: 'yes', DOORMAN_RESULT: 'unavailable' })
    expect(performance.now() - begun).toBeLessThan(2_000)
    await fixture.lab.stopDoorman()
    expect(await sent('601')).toMatchObject({ BACK: 'yes', DOORMAN_RESULT: 'unavailable' })
  })
})
