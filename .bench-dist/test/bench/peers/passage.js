/**
 * The least that a program outside of Asterisk can do with a call: receive StasisStart and send `continue` over the
 * event WebSocket, with no other event and no answer. It decides nothing and sets nothing. With the address and user of
 * AMI it also holds an idle connection there, events off. A process of its own; prints `ready` when the application is
 * registered.
 */
import { connect } from 'ari-client';
import { AmiConnection } from '../../support/ami-connection.js';
const [url = '', username = '', password = '', application = '', host, port, user = '', secret = ''] = process.argv.slice(2);
Object.assign(globalThis, { log: () => undefined });
const client = await connect(url, username, password);
await client.start(application);
const socket = client._ws;
socket.removeAllListeners('message');
socket.on('message', (data) => {
    const { type, channel } = JSON.parse(data.toString());
    if (type !== 'StasisStart')
        return;
    const uri = `channels/${channel.id}/continue`;
    socket.send(JSON.stringify({ type: 'RESTRequest', request_id: '', method: 'POST', uri }));
});
const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
await fetch(`${url}/ari/applications/${application}/eventFilter`, {
    ...{ method: 'PUT', headers: { authorization, 'content-type': 'application/json' } },
    body: JSON.stringify({ allowed: [{ type: 'StasisStart' }] }),
});
if (host !== undefined)
    await AmiConnection.open({ host, port: Number(port), username: user, secret });
process.stdout.write('ready\n');
//# sourceMappingURL=passage.js.map