import { createServer } from 'node:net';
/** A TCP server on 127.0.0.1 that does with its connections what a test wants. */
export class TcpPeer {
    #server;
    #sockets = new Set();
    /** How many connections there have been. */
    accepted = 0;
    constructor(handle) {
        this.#server = createServer({ allowHalfOpen: true }, (socket) => {
            this.accepted += 1;
            this.#sockets.add(socket);
            socket.on('close', () => this.#sockets.delete(socket));
            socket.on('error', () => socket.destroy());
            handle(socket);
        });
    }
    static async open(handle) {
        const peer = new TcpPeer(handle);
        await new Promise((resolve) => peer.#server.listen(0, '127.0.0.1', resolve));
        return peer;
    }
    /** How many connections are open. */
    get open() {
        return this.#sockets.size;
    }
    get port() {
        return this.#server.address().port;
    }
    /** To every connection. */
    write(text) {
        for (const socket of this.#sockets)
            socket.write(text);
    }
    /** Ends the connections, as a PBX that is stopped does; the port stays. */
    drop() {
        for (const socket of this.#sockets)
            socket.destroy();
    }
    async close() {
        // First no more are accepted: one that came in between would keep the server open.
        const closed = new Promise((resolve) => this.#server.close(resolve));
        this.drop();
        await closed;
    }
}
/** A port of 127.0.0.1 on which nobody listens. */
export async function deadPort() {
    const peer = await TcpPeer.open(() => undefined);
    const { port } = peer;
    await peer.close();
    return port;
}
//# sourceMappingURL=tcp-peer.js.map