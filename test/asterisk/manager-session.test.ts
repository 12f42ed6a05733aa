import { afterEach, describe, expect, test } from '@jest/globals'
import { AmiLine } from '../../src/asterisk/ami/ami.js'
import { PermissionDenied } from '../../src/asterisk/ami/manager-connection.js'
import { contextsMissing, placesMissing, runningSteps } from '../../src/asterisk/ami/manager-dialplan.js'
import { type ManagerSession, withManager } from '../../src/asterisk/ami/manager-session.js'
import { PbxError } from '../../src/asterisk/pbx.js'
import { type AmiAction, amiPeer } from './ami-peer.js'
import { KeptLog } from './line-log.js'
import { deadPort, type TcpPeer } from './tcp-peer.js'

const SUCCESS = 'Response: Success'
const peers: TcpPeer[] = []

afterEach(async () => {
  for (const peer of peers.splice(0)) await peer.close()
})

/** An AMI that lets everybody in and answers all else as told. */
async function ami(answer: (action: AmiAction) => string | undefined): Promise<TcpPeer> {
  const peer = await amiPeer((action) =>
    /^(login|events)$/i.test(action.Action ?? '') ? SUCCESS : answer(action),
  )
  peers.push(peer)
  return peer
}

async function asking<T>(
  answer: (action: AmiAction) => string | undefined,
  work: (session: ManagerSession) => Promise<T>,
): Promise<T> {
  const { port } = await ami(answer)
  return withManager({ host: '127.0.0.1', port, username: 'doorman', secret: 's' }, work)
}

/** Events of a list, as Asterisk writes them behind its answer. */
const list = ({ ActionID }: AmiAction, ...events: readonly string[]) =>
  [
    `${SUCCESS}\r\nActionID: ${ActionID}\r\nEventList: start\r\n`,
    ...events.map((event) => `${event}\r\nActionID: ${ActionID}\r\n`),
    'Event: ShowDialPlanComplete\r\nEventList: Complete',
  ].join('\r\n')

const STEP =
  'Event: ListDialplan\r\nContext: vip\r\nExtension: s\r\nPriority: 1\r\nApplication: Verbose\r\nAppData: 1,a: b'

/** A running dialplan that has some contexts. */
const dialplanOf =
  (...contexts: readonly string[]) =>
  ({ Variable = '' }: AmiAction) =>
    `${SUCCESS}\r\nVariable: ${Variable}\r\nValue: ${contexts.includes(Variable.slice(16, -1)) ? 1 : 0}`

describe('a manager session', () => {
  test('hands over what an action was answered with, by keys in lower case', async () => {
    const answer = await asking(
      () => `${SUCCESS}\r\nValue: 1`,
      (session) => session.action({ action: 'Getvar', variable: 'EPOCH' }),
    )
    expect(answer).toMatchObject({ response: 'Success', value: '1' })
  })

  test('says denied for a permission that the user lacks, which is a refusal', async () => {
    const work = asking(
      () => 'Response: Error\r\nMessage: Permission denied',
      (session) => session.action({ action: 'Reload' }),
    )
    await expect(work).rejects.toBeInstanceOf(PermissionDenied)
    await expect(work).rejects.toMatchObject({ fault: 'refused', action: 'Reload' })
  })

  test('says refused for any other refusal, with what Asterisk said', async () => {
    const work = asking(
      () => 'Response: Error\r\nMessage: No such module',
      (session) => session.action({ action: 'Reload' }),
    )
    await expect(work).rejects.not.toBeInstanceOf(PermissionDenied)
    await expect(work).rejects.toMatchObject({ fault: 'refused', message: 'AMI Reload: No such module' })
  })

  test('collects the events of a list, and not those of others', async () => {
    const stray = 'Event: ListDialplan\r\nActionID: another\r\nContext: stray\r\n\r\n'
    const events = await asking(
      (action) => stray + list(action, STEP, STEP.replace('Priority: 1', 'Priority: 2')),
      (session) => session.list({ action: 'ShowDialPlan', context: 'vip' }),
    )
    expect(events.map(({ context, priority }) => [context, priority])).toEqual([
      ['vip', '1'],
      ['vip', '2'],
    ])
  })

  test.each([
    ['a line end', 'a\r\nAction: Command'],
    ['more than a line holds', 'x'.repeat(1_100)],
  ])('sends nothing with %s in it', async (_what, value) => {
    const seen: AmiAction[] = []
    const work = asking(
      (action) => {
        seen.push(action)
        return SUCCESS
      },
      (session) => session.action({ action: 'Getvar', variable: value }),
    )
    await expect(work).rejects.toBeInstanceOf(RangeError)
    expect(seen).toEqual([])
  })

  test('says unreachable where nobody listens', async () => {
    const access = { host: '127.0.0.1', port: await deadPort(), username: 'doorman', secret: 's' }
    const work = withManager(access, async () => 'never')
    await expect(work).rejects.toMatchObject({ fault: 'unreachable' })
    await expect(work).rejects.toBeInstanceOf(PbxError)
  })

  test('says who refused whom', async () => {
    const peer = await amiPeer(() => 'Response: Error\r\nMessage: Authentication failed')
    peers.push(peer)
    const access = { host: '127.0.0.1', port: peer.port, username: 'doorman', secret: 's3cret' }
    const failed = await withManager(access, async () => 'never').catch((error: Error) => error.message)
    expect(failed).toBe(`AMI at 127.0.0.1:${peer.port} refused the user doorman: Authentication failed`)
  })
})

describe('what the running dialplan has', () => {
  test('the contexts that are missing, in the order that was asked for', async () => {
    const missing = await asking(dialplanOf('b'), (session) => contextsMissing(session, ['c', 'b', 'a']))
    expect(missing).toEqual(['c', 'a'])
  })

  test('the places that are missing; a flow that keeps the dialled number needs its context only', async () => {
    const places = [
      { context: 'a', extension: 's', priority: 1 },
      { context: 'b', extension: 'dialled', priority: 1 },
      { context: 'c', extension: '100', priority: 2 },
    ]
    const missing = await asking(dialplanOf('a', 'b', 'c,100,2'), (session) => placesMissing(session, places))
    expect(missing).toEqual([places[0]])
  })

  test('nothing is called missing by an Asterisk that cannot tell', async () => {
    const work = asking(
      () => `${SUCCESS}\r\nValue: `,
      (session) => contextsMissing(session, ['a']),
    )
    await expect(work).rejects.toThrow('func_dialplan.so')
  })

  test('the steps of a context, and none of one that is not there', async () => {
    const steps = await asking(
      (action) => (action.Context === 'vip' ? list(action, STEP) : NOT_FOUND),
      (session) => Promise.all([runningSteps(session, 'vip'), runningSteps(session, 'nowhere')]),
    )
    const step = { context: 'vip', extension: 's', priority: 1, application: 'Verbose', data: '1,a: b' }
    expect(steps).toEqual([[step], []])
  })

  test('the running line to AMI tells missing contexts too, and says unreachable while it is down', async () => {
    const { port } = await ami(dialplanOf('here'))
    const log = new KeptLog()
    const line = new AmiLine({ host: '127.0.0.1', port, username: 'doorman', secret: 's' }, log)
    await expect(line.missingContexts(['here'], 1_000)).rejects.toMatchObject({ fault: 'unreachable' })
    line.start()
    await log.heard('line_up')
    expect(await line.missingContexts(['here', 'there'], 1_000)).toEqual(['there'])
    line.stop()
  })
})

const NOT_FOUND = 'Response: Error\r\nMessage: Did not find context nowhere'
