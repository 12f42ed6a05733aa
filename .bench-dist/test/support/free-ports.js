import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
/**
 * Ports below Linux's ephemeral range (32768 up) and away from the lab's media ports: a port that the system gives
 * to any outgoing connection may be taken again before Asterisk has bound it.
 */
const FROM = 20_000;
const TO = 29_999;
/** A port that was free a moment ago. Picked at random, so that parallel labs rarely meet. */
export async function freePort(protocol, address = '127.0.0.1') {
    for (let tries = 0; tries < 100; tries++) {
        const port = FROM + Math.floor(Math.random() * (TO - FROM + 1));
        if (await (protocol === 'tcp' ? tcpIsFree(port, address) : udpIsFree(port, address)))
            return port;
    }
    throw new Error(`No free ${protocol} port between ${FROM} and ${TO} on ${address} in 100 tries.`);
}
function tcpIsFree(port, address) {
    return new Promise((resolve) => {
        const server = createServer();
        server.once('error', () => resolve(false));
        server.listen(port, address, () => server.close(() => resolve(true)));
    });
}
function udpIsFree(port, address) {
    return new Promise((resolve) => {
        const socket = createSocket('udp4');
        socket.once('error', () => socket.close(() => resolve(false)));
        socket.bind(port, address, () => socket.close(() => resolve(true)));
    });
}
//# sourceMappingURL=free-ports.js.map