import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FaultyProxy } from './proxy.js';
/** A server that echoes; its sockets show what the far side of the proxy sees. */
let server;
let far;
let proxy;
let near;
beforeEach(async () => {
    far = [];
    near = [];
    server = createServer((socket) => {
        far.push(socket);
        socket.on('error', () => undefined).on('data', (bytes) => socket.write(bytes));
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    proxy = await FaultyProxy.open(typeof address === 'object' && address !== null ? address.port : 0);
});
afterEach(() => {
    for (const socket of [...near, ...far])
        socket.destroy();
    proxy.close();
    server.close();
});
async function connected() {
    const socket = createConnection({ port: proxy.port, host: '127.0.0.1' });
    near.push(socket);
    await once(socket, 'connect');
    return socket;
}
/** A reset is an error first, for which `once` would reject. */
function closed(socket) {
    return new Promise((resolve) => socket.on('error', () => undefined).once('close', () => resolve()));
}
async function echoed(socket, text) {
    socket.write(text);
    const [bytes] = (await once(socket, 'data'));
    return bytes.toString();
}
describe('the proxy of the fault suite', () => {
    test('when cut, resets connections and refuses new ones until it is mended', async () => {
        const before = await connected();
        await echoed(before, 'hello');
        const ends = Promise.all([before, ...far].map(closed));
        proxy.cut();
        await ends;
        const refused = createConnection({ port: proxy.port, host: '127.0.0.1' });
        near.push(refused);
        await closed(refused);
        proxy.mend();
        expect(await echoed(await connected(), 'again')).toBe('again');
        expect(far).toHaveLength(2);
    });
    test('when silent, keeps its connections open and lets nothing through, not even their end', async () => {
        const before = await connected();
        await echoed(before, 'hello');
        const heard = [];
        before.on('data', (bytes) => heard.push(bytes.toString()));
        proxy.silence();
        before.write('lost');
        expect(await echoed(await connected(), 'new ones pass')).toBe('new ones pass');
        expect(heard).toEqual([]);
        before.destroy();
        expect(await echoed(await connected(), 'so do these')).toBe('so do these');
        expect(far[0]?.destroyed).toBe(false);
    });
    test('when silent for HTTP, lets a WebSocket through and no request, until it is mended', async () => {
        const webSocket = await connected();
        await echoed(webSocket, 'GET /ari/events HTTP/1.1\r\nUpgrade: websocket\r\n\r\n');
        const old = await connected();
        await echoed(old, 'GET /ari/channels HTTP/1.1\r\n\r\n');
        proxy.silenceHttp();
        const heard = [];
        for (const socket of [old, await connected()]) {
            socket.on('data', (bytes) => heard.push(bytes.toString()));
            socket.write('GET /ari/channels HTTP/1.1\r\n\r\n');
        }
        expect(await echoed(webSocket, 'frame')).toBe('frame');
        proxy.mend();
        expect(await echoed(await connected(), 'GET / HTTP/1.1\r\n\r\n')).toContain('GET');
        expect(heard).toEqual([]);
    });
});
//# sourceMappingURL=proxy.test.js.map