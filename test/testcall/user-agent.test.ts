import { createSocket, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { afterEach, expect, test } from '@jest/globals'
import { howToBeIdentified, type Identified } from '../../src/testcall/identification.js'
import { formatOk, SipMessage } from '../../src/testcall/sip-message.js'
import { SipUserAgent } from '../../src/testcall/user-agent.js'

type Answer = (request: SipMessage, send: (text: string | Buffer) => void) => void

const open: { close(): void }[] = []
afterEach(() => {
  for (const socket of open.splice(0)) socket.close()
})

/** A user agent, and a peer that answers its requests. */
async function agentAnd(answer: Answer): Promise<{ agent: SipUserAgent; methods: string[] }> {
  const peer = createSocket('udp4')
  const methods: string[] = []
  peer.on('message', (bytes, { port, address }: RemoteInfo) => {
    const request = SipMessage.parse(bytes)
    if (request === undefined) return
    methods.push(request.method)
    answer(request, (text) => peer.send(text, port, address))
  })
  peer.bind(0, '127.0.0.1')
  await once(peer, 'listening')
  const agent = await SipUserAgent.open(`127.0.0.1:${peer.address().port}`)
  open.push(peer, agent)
  return { agent, methods }
}

/** A response that repeats what it must, under another first line. */
const response = (request: SipMessage, status: string): string =>
  formatOk(request).toString('latin1').replace('200 OK', status)

test('an INVITE is sent again until there is a response, which tells the one that was taken', async () => {
  let invites = 0
  const acknowledged = Promise.withResolvers<void>()
  const { agent, methods } = await agentAnd((request, send) => {
    if (request.method === 'ACK') acknowledged.resolve()
    if (request.method === 'INVITE' && ++invites === 2) send(response(request, '486 Busy Here'))
  })
  const { sentAt, taken, answer } = await agent.call({ from: '1', to: '2' }).start().result
  await acknowledged.promise

  expect({ sent: sentAt.length, taken, status: answer?.status }).toEqual({ sent: 2, taken: 1, status: 486 })
  expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThan(490)
  expect(methods).toEqual(['INVITE', 'INVITE', 'ACK'])
})

test('an answer in compact and folded headers is acknowledged, and a BYE goes to its contact', async () => {
  const ends: string[] = []
  const { agent } = await agentAnd((request, send) => {
    if (request.method === 'INVITE') {
      const long = response(request, '200 OK').replace('Call-ID:', 'i :').replace('To: ', 'T:\r\n ')
      send(long.replace('\r\n\r\n', '\r\nm: "x" <sip:there@127.0.0.1>\r\n\r\n'))
    } else if (request.method === 'BYE') {
      ends.push(request.header('cseq'), request.header('to'))
      send(formatOk(request))
    }
  })
  const call = agent.call({ from: '1', to: '2' }).start()
  const { message } = await call.answer
  call.hangUp()

  expect(message.contact).toBe('sip:there@127.0.0.1')
  expect((await call.result).hungUpBy).toBe('caller')
  expect(ends).toEqual(['2 BYE', `<sip:2@${agent.target}>`])
})

test('a caller who gives up before the first response cancels when it comes', async () => {
  const { agent, methods } = await agentAnd((request, send) => {
    if (request.method === 'INVITE') setTimeout(() => send(response(request, '100 Trying')), 50)
    if (request.method === 'CANCEL')
      send(response(request, '487 Request Terminated').replace('CANCEL', 'INVITE'))
  })
  const call = agent.call({ from: '1', to: '2' }).start()
  call.hangUp()

  expect((await call.result).answer?.status).toBe(487)
  expect(methods.slice(0, 2)).toEqual(['INVITE', 'CANCEL'])
})

test('a call without any response is over half a second after its caller gives up', async () => {
  const { agent, methods } = await agentAnd(() => undefined)
  const call = agent.call({ from: '1', to: '2' }).start()
  setTimeout(() => call.hangUp(), 100)
  const { answer, taken, cancelledAt, endedAt } = await call.result

  expect([answer, taken]).toEqual([undefined, undefined])
  expect(endedAt - (cancelledAt ?? endedAt)).toBeGreaterThan(490)
  expect(cancelledAt).toBeGreaterThan(0)
  expect(methods).toEqual(['INVITE'])
})

const HOST = '/255.255.255.255'
const PUBLIC: Identified = {
  endpoint: 'carrier-a',
  matches: [`192.0.2.1${HOST}`, '198.51.100.0/255.255.255.0'],
}
const LOCAL: Identified = { endpoint: 'carrier-b', matches: [`127.0.0.3${HOST}`] }
const PHONE: Identified = { endpoint: '1001', matches: undefined }
const FREEPBX = '(in FreePBX: to Match (Permit) of the trunk)'
const RELOAD = expect.stringContaining('module reload res_pjsip_endpoint_identifier_ip.so')

test.each<[string, string, readonly Identified[], readonly unknown[]]>([
  [
    'the address of another trunk, if one is identified by an address of this machine',
    '127.0.0.1',
    [PUBLIC, LOCAL, PHONE],
    ['To call as carrier-b: --local 127.0.0.3'],
  ],
  [
    'the line to add to the section of a trunk of the flow files',
    '127.0.0.1',
    [PHONE, PUBLIC],
    [
      'To call as carrier-a, add to [carrier-a] with type=identify in pjsip.conf:',
      '  match=127.0.0.2',
      FREEPBX,
      RELOAD,
      'and call with --local 127.0.0.2',
    ],
  ],
  [
    'the same with the address from which another machine calls',
    '192.0.2.77',
    [LOCAL],
    [
      expect.stringContaining('[carrier-b]'),
      '  match=192.0.2.77',
      FREEPBX,
      RELOAD,
      'and call with --local 192.0.2.77',
    ],
  ],
  [
    'a whole section, if no section has the name of an endpoint',
    '127.0.0.1',
    [PHONE],
    [
      'To call as 1001, add to pjsip.conf:',
      ...['  [doorman-call]', '  type=identify', '  endpoint=1001', '  match=127.0.0.2'],
      RELOAD,
      'and call with --local 127.0.0.2',
    ],
  ],
  [
    'a section to fill in, if ARI says nothing of endpoints',
    '127.0.0.1',
    [],
    expect.arrayContaining(['To call as the trunk NAME, add to pjsip.conf:', '  endpoint=NAME']) as never,
  ],
  [
    'that the trunk of this address wants a password',
    '127.0.0.3',
    [LOCAL],
    ['It is carrier-b by its address, and must log in with a password.'],
  ],
])('a caller whom the PBX does not know is told %s', (_what, address, endpoints, expected) => {
  expect(howToBeIdentified(address, endpoints, ['carrier-b', 'carrier-a'])).toEqual(expected)
})
