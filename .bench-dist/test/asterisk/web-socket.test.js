import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { AriSocket, SILENT_MS } from '../../src/asterisk/ari/web-socket.js';
import { eventOf } from './ari-peer.js';
/** A WebSocket whose other side answers as far as a test has it. */
class FakeSocket extends EventEmitter {
    sent = [];
    answersPings = true;
    terminate = () => void this.emit('close');
    send(text) {
        this.sent.push(JSON.parse(text));
    }
    ping() {
        if (this.answersPings)
            this.emit('pong');
    }
}
function opened() {
    const raw = new FakeSocket();
    const told = [];
    const socket = new AriSocket(raw, {
        onEvent: (event) => void told.push(event),
        onSilence: (ms) => void told.push(`silent for ${Math.round(ms)} ms`),
        onClose: () => void told.push('closed'),
    });
    const receive = (message) => raw.emit('message', typeof message === 'string' ? message : JSON.stringify(message));
    return { raw, socket, told, receive };
}
afterEach(() => void jest.useRealTimers());
const fakeTimers = () => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
describe('the event WebSocket', () => {
    test('tells its events, and passes over what is none', () => {
        const { told, receive, socket } = opened();
        for (const message of [eventOf('StasisStart', '1.1'), 'no JSON', '7', 'null'])
            receive(message);
        expect(told).toEqual([eventOf('StasisStart', '1.1')]);
        socket.terminate();
    });
    test('matches answers to their requests, in whatever order they come', async () => {
        const { raw, receive, socket } = opened();
        const query = { context: 'A&B' };
        const answers = ['one', 'two'].map((path) => socket.send({ method: 'POST', path, query }, 20_000));
        const [one, two] = raw.sent;
        expect(one).toMatchObject({ type: 'RESTRequest', method: 'POST', uri: 'one' });
        expect(one?.query_strings).toEqual([{ name: 'context', value: 'A&B' }]);
        receive({ type: 'RESTResponse', request_id: 'foreign', status_code: 500 });
        receive({ type: 'RESTResponse', request_id: two?.request_id, status_code: 404, message_body: '{"a":1}' });
        receive({ type: 'RESTResponse', request_id: one?.request_id, status_code: 204 });
        expect(await Promise.all(answers)).toEqual([{ status: 204 }, { status: 404, body: { a: 1 } }]);
        socket.terminate();
    });
    test('fails requests when it closes, and those that are not answered in time', async () => {
        const { socket, told } = opened();
        const request = { method: 'GET', path: 'x' };
        await expect(socket.send(request, 10)).rejects.toMatchObject({ fault: 'unreachable' });
        const pending = socket.send(request, 60_000);
        socket.terminate();
        await expect(pending).rejects.toMatchObject({ fault: 'unreachable' });
        expect(told).toContain('closed');
    });
    test('reports silence, and again with each ping, until anything comes', () => {
        fakeTimers();
        const { raw, told, receive, socket } = opened();
        jest.advanceTimersByTime(60_000);
        expect([told, socket.isSilent]).toEqual([[], false]);
        raw.answersPings = false;
        jest.advanceTimersByTime(2 * SILENT_MS);
        expect([told, socket.isSilent]).toEqual([[400, 600, 800].map((ms) => `silent for ${ms} ms`), true]);
        receive(eventOf('StasisEnd', '1.1'));
        told.length = 0;
        jest.advanceTimersByTime(SILENT_MS - 1);
        expect([told, socket.isSilent]).toEqual([[], false]);
        socket.terminate();
        jest.advanceTimersByTime(60_000);
        expect(told).toEqual(['closed']);
    });
    test('does not take for silence that the process itself was stopped', async () => {
        const { raw, told, socket } = opened();
        raw.answersPings = false;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 700);
        // The pong comes only after the next look, which is overdue.
        await new Promise((resolve) => setTimeout(resolve, 20));
        raw.emit('pong');
        expect(told).toEqual([]);
        socket.terminate();
    });
});
//# sourceMappingURL=web-socket.test.js.map