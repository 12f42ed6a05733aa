import { once } from 'node:events';
import { connect } from 'node:net';
const LIMIT_MS = 5_000;
/**
 * An AMI connection of the tests' own, a second opinion beside asterisk-manager: plain TCP, messages parted by an
 * empty line, answers matched by ActionID. Every action has a time limit.
 */
export class AmiConnection {
    socket;
    onEvent;
    #waiting = new Map();
    #buffer = '';
    #count = 0;
    constructor(socket, onEvent) {
        this.socket = socket;
        this.onEvent = onEvent;
        socket.setEncoding('utf8').setNoDelay(true);
        socket.on('data', (text) => this.#onData(String(text)));
        socket.on('error', () => socket.destroy());
        // A test that forgets to close it must still be able to end.
        socket.unref();
    }
    /** Connects and logs in; rejects with one sentence where that fails. */
    static async open(access, onEvent) {
        const { host, port, username, secret } = access;
        const socket = connect({ host, port });
        await once(socket, 'connect', { signal: AbortSignal.timeout(LIMIT_MS) }).catch((error) => {
            socket.destroy();
            throw new Error(`No AMI on ${host}:${port}: ${error.message}`);
        });
        const connection = new AmiConnection(socket, onEvent);
        const Events = onEvent === undefined ? 'off' : 'on';
        const login = { Action: 'Login', Username: username, Secret: secret, Events };
        const { Response, Message } = await connection.send(login);
        if (Response === 'Success')
            return connection;
        connection.close();
        throw new Error(`AMI on port ${port} refused ${username}: ${Message ?? 'no reason given'}`);
    }
    /** Sends one action and resolves with its answer, whether it says Success or Error. */
    async send(action) {
        const id = `test-${++this.#count}`;
        const lines = Object.entries({ ...action, ActionID: id }).map(([key, value]) => `${key}: ${value}`);
        if (lines.some((line) => /[\r\n]/.test(line)))
            throw new Error('A line end would start a new AMI action.');
        const { promise, resolve, reject } = Promise.withResolvers();
        const late = () => reject(new Error(`AMI did not answer ${action.Action} within ${LIMIT_MS} ms.`));
        const timer = setTimeout(late, LIMIT_MS);
        this.#waiting.set(id, resolve);
        this.socket.write(`${lines.join('\r\n')}\r\n\r\n`);
        return promise.finally(() => {
            clearTimeout(timer);
            this.#waiting.delete(id);
        });
    }
    close() {
        this.socket.destroy();
    }
    #onData(text) {
        const parts = (this.#buffer + text).split('\r\n\r\n');
        this.#buffer = parts.pop() ?? '';
        for (const message of parts.map(parseMessage)) {
            if (message.Event !== undefined)
                this.onEvent?.(message);
            else
                this.#waiting.get(message.ActionID ?? '')?.(message);
        }
    }
}
/** The greeting (`Asterisk Call Manager/5.0`) stands before the first message and has no colon. */
function parseMessage(text) {
    const message = Object.create(null);
    for (const line of text.split('\r\n')) {
        const [, key, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
        if (key !== undefined)
            message[key] = message[key] === undefined ? value : `${message[key]}\n${value}`;
    }
    return message;
}
//# sourceMappingURL=ami-connection.js.map