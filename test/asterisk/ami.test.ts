import { afterEach, describe, expect, test } from '@jest/globals'
import { AmiLine } from '../../src/asterisk/ami/ami.js'
import type { PbxError } from '../../src/asterisk/pbx.js'
import { type AmiAction, amiPeer } from './ami-peer.js'
import { KeptLog } from './line-log.js'
import { deadPort, TcpPeer } from './tcp-peer.js'

const SUCCESS = 'Response: Success\r\nMessage: Fine'
const closing: (() => void | Promise<void>)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** An AMI line to a port, with the log that it wrote. */
function lineTo(port: number, mayRest = () => false): { line: AmiLine; log: KeptLog } {
  const log = new KeptLog()
  const access = { host: '127.0.0.1', port, username: 'doorman', secret: 's3cr,t' }
  const line = new AmiLine(access, log, mayRest, ...(mayRest() ? [50] : []))
  closing.push(() => line.stop())
  return { line, log }
}

async function peerOf(peer: Promise<TcpPeer>): Promise<TcpPeer> {
  const opened = await peer
  closing.push(() => opened.close())
  return opened
}

/** An AMI that lets Doorman in and answers Setvar as told; with the actions that came. */
async function welcoming(setvar: () => string | undefined = () => SUCCESS, mayRest = () => false) {
  const actions: AmiAction[] = []
  const peer = await peerOf(
    amiPeer((action) => {
      actions.push(action)
      return action.Action === 'Setvar' ? setvar() : SUCCESS
    }),
  )
  const { line, log } = lineTo(peer.port, mayRest)
  line.start()
  await log.heard('line_up')
  return { actions, peer, line, log }
}

async function faultOf(work: Promise<unknown>): Promise<PbxError> {
  return work.then(
    () => {
      throw new Error('It did not fail.')
    },
    (error: PbxError) => error,
  )
}

describe('the line to AMI', () => {
  test('logs in, turns events off, and says that it stands', async () => {
    const { actions, line, log, peer } = await welcoming()
    expect(actions.map(({ Action }) => Action)).toEqual(['login', 'Events'])
    expect(actions[0]).toMatchObject({ Username: 'doorman', Secret: 's3cr,t' })
    expect(actions[1]).toMatchObject({ Eventmask: 'off' })
    expect(log.messages).toEqual([`AMI is connected: 127.0.0.1:${peer.port} as doorman.`])
    expect(line.isUp).toBe(true)
  })

  test('sets variables on the channel', async () => {
    const { actions, line } = await welcoming()
    const variables = [
      { name: '__A', value: '1' },
      { name: '__B', value: 'b,c' },
    ]
    await line.setVariables('PJSIP/carrier-a-00000001', variables, 1_000)
    expect(actions.at(-1)).toMatchObject({
      ...{ Action: 'Setvar', Channel: 'PJSIP/carrier-a-00000001' },
      ...{ Variable: 'ARRAY(__A,__B)', Value: '1,b\\,c' },
    })
  })

  test.each([
    ['gone', 'Response: Error\r\nMessage: No such channel'],
    ['refused', 'Response: Error\r\nMessage: Permission denied'],
    ['unreachable', undefined],
  ])('says %s for what AMI answers', async (fault, answer) => {
    const { line } = await welcoming(() => answer)
    const failed = await faultOf(line.setVariables('PJSIP/a-1', [{ name: 'A', value: '1' }], 100))
    expect(failed).toMatchObject({ name: 'PbxError', fault })
    expect(failed.message).toContain('Setvar')
  })

  test('refuses at once while it is down, and replays nothing later', async () => {
    const { line } = lineTo(await deadPort())
    line.start()
    const failed = await faultOf(line.setVariables('PJSIP/a-1', [{ name: 'A', value: '1' }], 60_000))
    expect(failed).toMatchObject({ fault: 'unreachable', message: 'AMI is not connected' })
  })

  test('is opened again after it was lost', async () => {
    const { line, log, peer } = await welcoming()
    peer.drop()
    expect(await log.heard('line_down')).toBe(
      `AMI at 127.0.0.1:${peer.port} was closed. Doorman keeps trying.`,
    )
    log.lines.length = 0
    await log.heard('line_up')
    await line.setVariables('PJSIP/a-1', [{ name: 'A', value: '1' }], 1_000)
    expect(peer.accepted).toBe(2)
  })
})

describe('a line to AMI that may rest', () => {
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
  }

  async function resting() {
    const may = { rest: true }
    const lab = await welcoming(
      () => SUCCESS,
      () => may.rest,
    )
    await until(() => lab.peer.open === 0)
    return { ...lab, may }
  }

  test('is closed while nobody needs it, and counts as up', async () => {
    const { line, log } = await resting()
    expect(line.isUp).toBe(true)
    expect(log.messages).toHaveLength(1)
  })

  test('is opened for whoever needs it, and rests again afterwards', async () => {
    const { actions, line, peer, log } = await resting()
    await line.setVariables('PJSIP/a-1', [{ name: 'A', value: '1' }], 1_000)
    expect(actions.at(-1)).toMatchObject({ Action: 'Setvar', Variable: 'A' })
    await until(() => peer.open === 0)
    expect([peer.accepted, log.messages.length]).toEqual([2, 1])
  })

  test('is opened once for many that need it at the same time', async () => {
    const { actions, line, peer } = await resting()
    const setting = (value: string) => line.setVariables('PJSIP/a-1', [{ name: 'A', value }], 1_000)
    await Promise.all(['1', '2', '3'].map(setting))
    expect(actions.filter(({ Action }) => Action === 'Setvar').map(({ Value }) => Value)).toEqual([
      '1',
      '2',
      '3',
    ])
    expect(peer.accepted).toBe(2)
  })

  test('stands again when fewer calls come', async () => {
    const { peer, may, line } = await resting()
    may.rest = false
    await until(() => peer.open === 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([peer.open, line.isUp]).toEqual([1, true])
  })

  test('is looked at now and then, and down where it cannot be opened', async () => {
    const { peer, line, log } = await resting()
    // Closed in the middle of a look, the peer would be heard to hang up.
    await until(() => peer.accepted > 1 && peer.open === 0)
    expect([line.isUp, log.messages.length]).toEqual([true, 1])
    await peer.close()
    expect(await log.heard('line_down')).toMatch(/ECONNREFUSED/)
    expect(line.isUp).toBe(false)
  })

  test('refuses those who need it where it cannot be opened, and is down', async () => {
    const { peer, line } = await resting()
    await peer.close()
    const failed = await faultOf(line.setVariables('PJSIP/a-1', [{ name: 'A', value: '1' }], 1_000))
    expect(failed).toMatchObject({ fault: 'unreachable', message: 'AMI is not connected' })
    expect(line.isUp).toBe(false)
  })
})

describe('an AMI that does not let Doorman in', () => {
  /** Starts a line, and waits until it was tried three times. */
  async function triedThrice(peer: TcpPeer, log: KeptLog, line: AmiLine): Promise<void> {
    line.start()
    await log.heard('line_down')
    while (peer.accepted < 3) await new Promise((resolve) => setTimeout(resolve, 20))
  }

  test('because of a wrong secret: one line says who was refused, why, and what to check', async () => {
    const peer = await peerOf(amiPeer(() => 'Response: Error\r\nMessage: Authentication failed'))
    const { line, log } = lineTo(peer.port)
    await triedThrice(peer, log, line)
    expect(log.messages).toHaveLength(1)
    const [message = ''] = log.messages
    expect(message).toMatch(
      /^AMI at 127\.0\.0\.1:\d+ refused the user doorman: Authentication failed\. Check /,
    )
    expect(message).toMatch(/DOORMAN_AMI_SECRET.* Doorman keeps trying\.$/)
    expect(message).not.toMatch(/s3cr|\n/)
  })

  test('because it closes the connection: one line says so', async () => {
    const peer = await peerOf(TcpPeer.open((socket) => socket.destroy()))
    const { line, log } = lineTo(peer.port)
    await triedThrice(peer, log, line)
    expect(log.messages).toHaveLength(1)
    expect(log.messages[0]).toMatch(
      /^AMI at 127\.0\.0\.1:\d+(:| closed).* Check DOORMAN_AMI_HOST.*keeps trying\.$/,
    )
  })

  test('because nobody listens: one line says so, however often it is tried', async () => {
    const port = await deadPort()
    const { line, log } = lineTo(port)
    line.start()
    await log.heard('line_down')
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(log.messages).toHaveLength(1)
    expect(log.messages[0]).toMatch(`AMI at 127.0.0.1:${port}: connect ECONNREFUSED`)
  })

  test('because it says nothing: one line says so, and the connection is closed', async () => {
    let isClosed = false
    const peer = await peerOf(
      TcpPeer.open((socket) => {
        socket.on('end', () => {
          isClosed = true
        })
        socket.on('close', () => {
          isClosed = true
        })
        socket.resume()
      }),
    )
    const { line, log } = lineTo(peer.port)
    line.start()
    expect(await log.heard('line_down')).toMatch(
      /^AMI at 127\.0\.0\.1:\d+: no answer within 3000 ms\.? Check /,
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(isClosed).toBe(true)
  })
})
