import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { Ami } from '../../src/asterisk/ami/ami.js'
import { locationsMissing, runningSteps } from '../../src/asterisk/ami/dialplan.js'
import { type AmiSession, withAmi } from '../../src/asterisk/ami/session.js'
import { until } from '../support/until.js'
import { type AmiAction, amiPeer } from './ami-peer.js'
import { KeptLog } from './kept-log.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const SUCCESS = 'Response: Success'
const closing: (() => unknown)[] = []
afterEach(async () => {
  jest.useRealTimers()
  for (const close of closing.splice(0).reverse()) await close()
})

const accessTo = (port: number) => ({ host: '127.0.0.1', port, username: 'doorman', secret: 's3cr,t' })

async function kept(opening: Promise<TcpPeer>): Promise<TcpPeer> {
  const peer = await opening
  closing.push(() => peer.close())
  return peer
}

function started(port: number) {
  const log = new KeptLog()
  const ami = new Ami(accessTo(port), log)
  closing.push(() => ami.stop())
  ami.start()
  return { ami, log }
}

/** An AMI that lets everyone in; with the actions that came, and what answers a Setvar. */
async function connected() {
  const actions: AmiAction[] = []
  const peer = { answer: (_action: AmiAction): string | undefined => SUCCESS }
  const tcp = await kept(
    amiPeer((action) => {
      actions.push(action)
      return peer.answer(action)
    }),
  )
  const { ami, log } = started(tcp.port)
  await until(() => ami.isUp)
  const set = (value: string, timeoutMs = 20_000) =>
    ami.setVariables('PJSIP/a-00000001', [{ name: 'A', value }], timeoutMs)
  return { actions, peer, tcp, ami, log, set }
}

/** With fake timers: a second at a time, with some real time for what comes over the network. */
async function advance(isSo: () => boolean): Promise<void> {
  const isSoNow = async () => {
    if (!isSo()) await jest.advanceTimersByTimeAsync(1_000)
    return isSo()
  }
  // The time limit is one of the fake clock, too.
  await until(isSoNow, 'what is advanced to', 120_000)
}

describe('the connection to AMI', () => {
  test('logs in, turns events off, says so, and sets variables on a channel', async () => {
    const { actions, ami, log, tcp } = await connected()
    const variables = [
      { name: '__A', value: '1' },
      { name: '__B', value: 'b,c' },
    ]
    await ami.setVariables('PJSIP/a-00000001', variables, 20_000)
    expect(actions).toEqual([
      expect.objectContaining({ Action: 'login', Username: 'doorman', Secret: 's3cr,t' }),
      expect.objectContaining({ Action: 'Events', Eventmask: 'off' }),
      expect.objectContaining({ Action: 'Setvar', Variable: '__A', Value: '1' }),
      expect.objectContaining({ Action: 'Setvar', Variable: '__B', Value: 'b,c' }),
    ])
    expect(log.lines.map(({ message }) => message)).toEqual([
      `AMI is connected: 127.0.0.1:${tcp.port} as doorman.`,
    ])
  })

  test.each([
    ['gone', 'Response: Error\r\nMessage: No such channel'],
    ['refused', 'Response: Error\r\nMessage: Permission denied'],
    ['unreachable', undefined],
  ])('says %s for what AMI answers', async (fault, answer) => {
    const { peer, set } = await connected()
    peer.answer = () => answer
    const failed = { name: 'PbxError', fault }
    await expect(set('1', answer === undefined ? 100 : 20_000)).rejects.toMatchObject(failed)
  })

  test('sends nothing of a set with a line end in it, or with a line that is longer than Asterisk takes', async () => {
    const { actions, ami } = await connected()
    const unsendable = [
      ...['1\r\nAction: Command', '1\n', '1\r', '1\0', 'é'.repeat(500)].map((value) => ({
        name: 'A',
        value,
      })),
      { name: 'A\r\nAction: Command', value: '' },
    ]
    for (const variable of unsendable) {
      const sent = ami.setVariables('PJSIP/a-00000001', [{ name: 'B', value: '1' }, variable], 100)
      await expect(sent).rejects.toThrow(RangeError)
    }
    await expect(ami.setVariables('PJSIP/a\r\n', [{ name: 'A', value: '' }], 100)).rejects.toThrow(RangeError)
    expect(actions.map(({ Action }) => Action)).toEqual(['login', 'Events'])
  })

  test('is closed when idle, and opened once for all that ask at the same time', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] })
    const { ami, set, tcp } = await connected()
    await advance(() => tcp.open === 0)
    expect([ami.isUp, tcp.accepted]).toEqual([true, 1])
    await Promise.all(['1', '2', '3'].map((value) => set(value)))
    expect(tcp.accepted).toBe(2)
    await advance(() => tcp.open === 0)
    // Now and then an idle AMI is connected to, to see that it still can be.
    await advance(() => tcp.accepted === 3)
    tcp.drop()
    await tcp.close()
    await advance(() => !ami.isUp)
    await expect(set('1', 60_000)).rejects.toMatchObject({ message: 'AMI is not connected' })
  })

  test('that is half open fails what waits, and the next action opens another', async () => {
    const { peer, set, tcp } = await connected()
    peer.answer = () => undefined
    const early = set('1', 400)
    const late = set('2', 60_000)
    await expect(early).rejects.toMatchObject({ fault: 'unreachable' })
    peer.answer = () => SUCCESS
    await set('3')
    await expect(late).rejects.toMatchObject({ fault: 'unreachable' })
    // The one that failed late closes its own connection, and not the one that others use.
    await set('4')
    expect([tcp.accepted, tcp.open]).toEqual([2, 1])
  })

  test('serves the others where an action has less time than the answer takes', async () => {
    const { actions, peer, set, tcp } = await connected()
    peer.answer = () => undefined
    const others = [set('1'), set('2')]
    await until(() => actions.length === 4)
    await expect(set('3', 1)).rejects.toMatchObject({ fault: 'unreachable' })
    for (const { ActionID } of actions.slice(2)) tcp.write(`${SUCCESS}\r\nActionID: ${ActionID}\r\n\r\n`)
    await Promise.all(others)
    expect([tcp.accepted, tcp.open]).toEqual([1, 1])
  })

  test('sets no variable without a channel, which would be a global one', async () => {
    const { ami, actions } = await connected()
    await expect(ami.setVariables('', [{ name: 'A', value: '1' }], 1_000)).rejects.toThrow('global')
    expect(actions.map(({ Action }) => Action)).not.toContain('Setvar')
  })

  test('that is slow to open costs an action its time once, and is the only one', async () => {
    const { peer, set, tcp } = await connected()
    let answerLogin: (() => void) | undefined
    peer.answer = (action) => {
      if (action.Action !== 'login') return SUCCESS
      answerLogin = () => void tcp.write(`${SUCCESS}\r\nActionID: ${action.ActionID}\r\n\r\n`)
      return undefined
    }
    tcp.drop()
    await until(() => tcp.accepted === 2)
    await expect(set('1', 100)).rejects.toMatchObject({ fault: 'unreachable' })
    await until(() => answerLogin !== undefined)
    answerLogin?.()
    await set('2')
    expect([tcp.accepted, tcp.open]).toEqual([2, 1])
  })

  test.each([
    [
      'refused the user doorman: Authentication failed',
      () => amiPeer(() => 'Response: Error\r\nMessage: Authentication failed'),
    ],
    ['closed the connection', () => TcpPeer.open((socket) => socket.end())],
  ])(
    'says in one sentence, once for many tries, why there is none, and refuses work at once: %s',
    async (reason, open) => {
      const peer = await kept(open())
      const { ami, log } = started(peer.port)
      await until(() => peer.accepted >= 3)
      const messages = log.lines.map(({ message }) => message)
      expect(messages).toEqual([
        expect.stringMatching(`^AMI at 127.0.0.1:${peer.port} ${reason}. Check [^\\n]*keeps trying.$`),
      ])
      expect(messages[0]).not.toContain('s3cr')
      const work = ami.setVariables('PJSIP/a-00000001', [{ name: 'A', value: '1' }], 60_000)
      await expect(work).rejects.toMatchObject({ fault: 'unreachable', message: 'AMI is not connected' })
      expect(ami.isUp).toBe(false)
    },
  )

  test('that Asterisk closes as soon as it is open is not opened in a loop', async () => {
    const tcp: TcpPeer = await kept(
      amiPeer(({ Action }) => {
        if (Action === 'Events') setTimeout(() => tcp.drop(), 5)
        return SUCCESS
      }),
    )
    const { ami } = started(tcp.port)
    await until(() => ami.isUp)
    await sleep(500)
    expect(tcp.accepted).toBeLessThan(4)
  })
})

describe('a session', () => {
  const asking = async <T>(
    answer: (action: AmiAction) => string | undefined,
    work: (session: AmiSession) => Promise<T>,
  ): Promise<T> => {
    const isOpening = ({ Action = '' }: AmiAction) => /^(login|events)$/i.test(Action)
    const { port } = await kept(amiPeer((action) => (isOpening(action) ? SUCCESS : answer(action))))
    return withAmi(accessTo(port), work)
  }
  const step =
    'Event: ListDialplan\r\nContext: vip\r\nExtension: s\r\nPriority: 1\r\nApplication: Verbose\r\nAppData: 1,a: b'
  const list = ({ ActionID, Context }: AmiAction) => {
    if (Context !== 'vip') return 'Response: Error\r\nMessage: Did not find context nowhere'
    const stray = step.replace('1,a: b', 'of another list')
    const id = `ActionID: ${ActionID}`
    return [
      ...[`${SUCCESS}\r\n${id}\r\nEventList: start`, `${stray}\r\nActionID: another`, `${step}\r\n${id}`],
      'Event: ShowDialPlanComplete\r\nEventList: Complete',
    ].join('\r\n\r\n')
  }
  const dialplanOf =
    (...there: readonly string[]) =>
    ({ Variable = '' }: AmiAction) =>
      `${SUCCESS}\r\nValue: ${there.includes(Variable.slice('DIALPLAN_EXISTS('.length, -1)) ? 1 : 0}`

  test('says what Asterisk refused and why, and that it could not be asked', async () => {
    const reload = (session: AmiSession) => session.action({ action: 'Reload' })
    const refused = asking(() => 'Response: Error\r\nMessage: No such module', reload)
    await expect(refused).rejects.toMatchObject({ fault: 'refused', message: 'AMI Reload: No such module' })
    await expect(withAmi(accessTo(await deadPort()), reload)).rejects.toMatchObject({ fault: 'unreachable' })
  })

  test('collects the steps of a context, and none of one that is not there', async () => {
    const work = (session: AmiSession) =>
      Promise.all([runningSteps(session, 'vip'), runningSteps(session, 'nowhere')])
    const found = { context: 'vip', extension: 's', priority: 1, application: 'Verbose', data: '1,a: b' }
    expect(await asking(list, work)).toEqual([[found], []])
  })

  test('says which locations are missing, of those dialled which contexts, and nothing where Asterisk cannot tell', async () => {
    const locations = [
      { context: 'a', extension: 's', priority: 1 },
      { context: 'b', extension: 'dialled', priority: 1 },
      { context: 'c', extension: '100', priority: 2 },
    ]
    const work = (session: AmiSession) => locationsMissing(session, locations)
    expect(await asking(dialplanOf('b', 'c,100,2'), work)).toEqual([locations[0]])
    expect(await asking(dialplanOf('a,s,1', 'c'), work)).toEqual(locations.slice(1))
    const untold = asking(() => `${SUCCESS}\r\nValue: `, work)
    await expect(untold).rejects.toThrow('func_dialplan.so')
  })
})
