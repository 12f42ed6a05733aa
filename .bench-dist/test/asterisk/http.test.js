import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { AriHttp, MOST_REQUESTS, RequestLimiter } from '../../src/asterisk/ari/http.js';
import { until } from '../support/until.js';
import { AriPeer } from './ari-peer.js';
const closing = [];
afterEach(async () => {
    for (const close of closing.splice(0).reverse())
        await close();
});
async function connected() {
    const peer = await AriPeer.open();
    const http = new AriHttp({ url: peer.url, username: 'doorman', password: 's3cr:t@/ä' });
    closing.push(() => peer.close(), () => http.stop());
    return { peer, http };
}
const ASK = { method: 'GET', path: 'channels/1.1/variable', query: { variable: 'EVAL(${A&B})' } };
describe('a request to ARI over HTTP', () => {
    test('is answered with a status and what the JSON says, or with the text that is no JSON', async () => {
        const { peer, http } = await connected();
        peer.answer = () => [404, { message: 'Channel not found' }];
        expect(await http.send(ASK, 20_000)).toEqual({ status: 404, body: { message: 'Channel not found' } });
        expect(peer.requests).toEqual(['HTTP GET channels/1.1/variable?variable=EVAL(${A&B})']);
        peer.answer = () => [204];
        expect(await http.send({ method: 'PUT', path: 'x', body: { a: 1 } }, 20_000)).toEqual({ status: 204 });
    });
    test('that is not answered in time gives its connection back: hundreds do not use them up', async () => {
        const { peer, http } = await connected();
        peer.answer = () => undefined;
        const silent = Array.from({ length: MOST_REQUESTS + 5 }, () => http.send(ASK, 100));
        const failed = await Promise.allSettled(silent);
        expect(failed.map(({ status }) => status)).toEqual(silent.map(() => 'rejected'));
        await expect(silent[0]).rejects.toMatchObject({
            ...{ name: 'PbxError', fault: 'unreachable' },
            message: 'ARI GET channels/1.1/variable: no answer within 100 ms',
        });
        peer.answer = () => [200, { value: '1' }];
        const next = await Promise.all(Array.from({ length: 50 }, () => http.send(ASK, 20_000)));
        expect(next.map(({ status }) => status)).toEqual(next.map(() => 200));
    });
    test('opens no more connections at once than the 10 that Asterisk queues: the kernel drops the rest for a second', async () => {
        const { peer, http } = await connected();
        peer.answer = () => undefined;
        const asked = Array.from({ length: 40 }, () => http.send(ASK, 2_000));
        await until(() => peer.requests.length >= 10);
        await sleep(100);
        expect(peer.requests).toHaveLength(10);
        await Promise.allSettled(asked);
    });
    test('ends when the connections are reset, and the next one is answered', async () => {
        const { peer, http } = await connected();
        peer.answer = () => undefined;
        const silent = http.send(ASK, 60_000);
        await until(() => peer.requests.length === 1);
        http.reset();
        await expect(silent).rejects.toMatchObject({ fault: 'unreachable' });
        peer.answer = () => [204];
        expect(await http.send(ASK, 20_000)).toMatchObject({ status: 204 });
    });
});
describe('the request limiter', () => {
    /** Requests that run until they are told to end, by their names. */
    function limited(most) {
        const limiter = new RequestLimiter(most);
        const started = [];
        const end = new Map();
        const send = (name, signal = new AbortController().signal) => limiter.run(signal, () => {
            started.push(name);
            return new Promise((resolve) => end.set(name, resolve));
        });
        return { send, started, end: (name) => end.get(name)?.() };
    }
    test('lets so many run, and then the one that came last', async () => {
        const { send, started, end } = limited(2);
        const all = ['a', 'b', 'c', 'd'].map((name) => send(name));
        expect(started).toEqual(['a', 'b']);
        for (const name of ['a', 'd', 'b', 'c']) {
            end(name);
            await new Promise(setImmediate);
        }
        expect(started).toEqual(['a', 'b', 'd', 'c']);
        await Promise.all(all);
    });
    test('keeps a place for the one that waits from one that comes in that very moment', async () => {
        const { send, started, end } = limited(1);
        const first = send('a');
        void send('b');
        end('a');
        queueMicrotask(() => void send('c'));
        await first;
        await new Promise(setImmediate);
        expect(started).toEqual(['a', 'b']);
    });
    test('never sends one that was aborted while it waited', async () => {
        const { send, started, end } = limited(1);
        const abort = new AbortController();
        const first = send('a');
        const waiting = send('b', abort.signal);
        abort.abort();
        await expect(waiting).rejects.toThrow('too many requests');
        end('a');
        await first;
        await new Promise(setImmediate);
        expect(started).toEqual(['a']);
    });
});
//# sourceMappingURL=http.test.js.map