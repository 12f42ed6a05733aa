import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
/** A TCP proxy that fails on demand. */
export class FaultyProxy {
    #server;
    #target;
    #pairs = new Set();
    #isCut = false;
    #isHttpSilent = false;
    #delayMs = 0;
    constructor(server, target) {
        this.#server = server;
        this.#target = target;
        server.on('connection', (near) => this.#connect(near));
    }
    /** Listens on a port of its own on loopback and passes on to `target`. */
    static async open(target) {
        const server = createServer({ noDelay: true });
        server.listen(0, '127.0.0.1');
        await once(server, 'listening');
        return new FaultyProxy(server, target);
    }
    get port() {
        const address = this.#server.address();
        return typeof address === 'object' && address !== null ? address.port : 0;
    }
    /** Resets all connections, and refuses new ones until `mend`. */
    cut() {
        this.#isCut = true;
        for (const { near, far } of this.#pairs) {
            near.resetAndDestroy();
            far.resetAndDestroy();
        }
    }
    /**
     * The connections of this moment stay open and nothing arrives any more, in neither direction, as where a firewall
     * has forgotten them. New ones pass. Those that are silent stay so, also after `mend`.
     */
    silence() {
        for (const pair of this.#pairs)
            pair.isSilent = true;
    }
    /** The same for every connection that is no WebSocket, and for new ones, too, until `mend`. */
    silenceHttp() {
        this.#isHttpSilent = true;
        for (const pair of this.#pairs)
            pair.isSilent ||= pair.isWebSocket === false;
    }
    /** Each packet arrives so much later, in both directions. */
    slow(delayMs) {
        this.#delayMs = delayMs;
    }
    mend() {
        this.#isCut = false;
        this.#isHttpSilent = false;
        this.#delayMs = 0;
    }
    close() {
        this.#server.close();
        for (const { near, far } of this.#pairs) {
            near.destroy();
            far.destroy();
        }
    }
    #connect(near) {
        near.on('error', ignore);
        if (this.#isCut) {
            near.resetAndDestroy();
            return;
        }
        const far = createConnection({ port: this.#target, host: '127.0.0.1', noDelay: true });
        far.on('error', ignore);
        const pair = { near, far, isSilent: false, isWebSocket: undefined };
        this.#pairs.add(pair);
        near.once('data', (bytes) => {
            pair.isWebSocket = /^upgrade: *websocket/im.test(bytes.toString('latin1'));
            pair.isSilent ||= this.#isHttpSilent && !pair.isWebSocket;
        });
        this.#carry(pair, near, far);
        this.#carry(pair, far, near);
    }
    #carry(pair, from, to) {
        // What is late stays in its order: nothing overtakes what waits, also when the delay has just ended.
        let tail = Promise.resolve();
        let waiting = 0;
        const later = (act) => {
            if (this.#delayMs === 0 && waiting === 0)
                return act();
            waiting += 1;
            const due = sleep(this.#delayMs);
            tail = tail
                .then(() => due)
                .then(() => {
                waiting -= 1;
                act();
            });
        };
        from.on('data', (bytes) => later(() => void (pair.isSilent || to.destroyed || to.write(bytes))));
        from.on('close', () => {
            later(() => {
                // The other side of a silent connection is not told that it has ended.
                if (pair.isSilent)
                    return;
                to.destroy();
                this.#pairs.delete(pair);
            });
        });
    }
}
const ignore = () => undefined;
//# sourceMappingURL=proxy.js.map