/**
 * Plain ari-client, as its README and examples lead one to write it: an async handler of StasisStart, one getChannelVar
 * a header, one setChannelVar a variable, continueInDialplan. The six reads go out at the same time, and so do the three
 * writes. A process of its own; prints `ready` when the application is registered.
 *
 * Its sockets are those of Node's global agent. Without a limit they exceed Asterisk's 100 HTTP sessions in any moment
 * of load, and calls are lost for good: it has the limit that Doorman has.
 */
import http from 'node:http';
import { connect } from 'ari-client';
import { FLOWS } from '../calls.js';
import { decider, HEADERS } from './job.js';
const [url = '', username = '', password = '', application = '', vips = '0'] = process.argv.slice(2);
http.globalAgent.maxSockets = 20;
// Its swagger library prints a banner through a global `log` unless there is one.
Object.assign(globalThis, { log: () => undefined });
const decide = decider(Number(vips));
async function route(channel) {
    const read = HEADERS.map(async (name) => {
        const { value } = await channel.getChannelVar({ variable: `PJSIP_HEADER(read,${name})` });
        return [name, value];
    });
    const headers = Object.fromEntries(await Promise.all(read));
    const { flow, rule, branch } = decide(headers, channel.dialplan.exten);
    await Promise.all([
        channel.setChannelVar({ variable: 'DOORMAN_FLOW', value: flow }),
        channel.setChannelVar({ variable: 'DOORMAN_RULE', value: rule }),
        channel.setChannelVar({ variable: 'DOORMAN_BRANCH', value: branch }),
    ]);
    await channel.continueInDialplan({ context: FLOWS[flow], extension: 's', priority: 1 });
}
const client = await connect(url, username, password);
client.on('StasisStart', (_event, channel) => {
    route(channel).catch((error) => process.stderr.write(`${error.message}\n`));
});
await client.start(application);
process.stdout.write('ready\n');
//# sourceMappingURL=ari-client.js.map