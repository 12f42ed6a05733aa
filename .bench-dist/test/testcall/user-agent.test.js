import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, expect, test } from '@jest/globals';
import { formatOk, SipMessage } from '../../src/testcall/sip-message.js';
import { SipUserAgent } from '../../src/testcall/user-agent.js';
const open = [];
afterEach(() => {
    for (const socket of open.splice(0))
        socket.close();
});
/** A user agent, and a peer that answers its requests. */
async function agentAnd(answer) {
    const peer = createSocket('udp4');
    const methods = [];
    peer.on('message', (bytes, { port, address }) => {
        const request = SipMessage.parse(bytes);
        if (request === undefined)
            return;
        methods.push(request.method);
        answer(request, (text) => peer.send(text, port, address));
    });
    peer.bind(0, '127.0.0.1');
    await once(peer, 'listening');
    const agent = await SipUserAgent.open(`127.0.0.1:${peer.address().port}`);
    open.push(peer, agent);
    return { agent, methods };
}
/** A response that repeats what it must, under another first line. */
const response = (request, status) => formatOk(request).toString('latin1').replace('200 OK', status);
test('an INVITE is sent again until there is a response, which tells the one that was taken', async () => {
    let invites = 0;
    const acknowledged = Promise.withResolvers();
    const { agent, methods } = await agentAnd((request, send) => {
        if (request.method === 'ACK')
            acknowledged.resolve();
        if (request.method === 'INVITE' && ++invites === 2)
            send(response(request, '486 Busy Here'));
    });
    const { sentAt, taken, answer } = await agent.call({ from: '1', to: '2' }).start().result;
    await acknowledged.promise;
    expect({ sent: sentAt.length, taken, status: answer?.status }).toEqual({ sent: 2, taken: 1, status: 486 });
    expect((sentAt[1] ?? 0) - (sentAt[0] ?? 0)).toBeGreaterThan(490);
    expect(methods).toEqual(['INVITE', 'INVITE', 'ACK']);
});
test('an answer in compact and folded headers is acknowledged, and a BYE goes to its contact', async () => {
    const ends = [];
    const { agent } = await agentAnd((request, send) => {
        if (request.method === 'INVITE') {
            const long = response(request, '200 OK').replace('Call-ID:', 'i :').replace('To: ', 'T:\r\n ');
            send(long.replace('\r\n\r\n', '\r\nm: "x" <sip:there@127.0.0.1>\r\n\r\n'));
        }
        else if (request.method === 'BYE') {
            ends.push(request.header('cseq'), request.header('to'));
            send(formatOk(request));
        }
    });
    const call = agent.call({ from: '1', to: '2' }).start();
    const { message } = await call.answer;
    call.hangUp();
    expect(message.contact).toBe('sip:there@127.0.0.1');
    expect((await call.result).hungUpBy).toBe('caller');
    expect(ends).toEqual(['2 BYE', `<sip:2@${agent.target}>`]);
});
test('a call without any response is over as soon as its caller gives up', async () => {
    const { agent, methods } = await agentAnd(() => undefined);
    const call = agent.call({ from: '1', to: '2' }).start();
    setTimeout(() => call.hangUp(), 100);
    const { answer, taken, cancelledAt } = await call.result;
    expect([answer, taken]).toEqual([undefined, undefined]);
    expect(cancelledAt).toBeGreaterThan(0);
    expect(methods).toEqual(['INVITE']);
});
//# sourceMappingURL=user-agent.test.js.map