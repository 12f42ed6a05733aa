/**
 * FastAGI on ding-dong, the best known AGI server on npm: one GET VARIABLE a header, one SET VARIABLE for each of the
 * three, end; the dialplan then goes to the flow. AGI is one connection for each call, with one command at a time. A
 * process of its own; prints `ready` when it listens.
 */
import AgiServer, {} from 'ding-dong';
import { decider, HEADERS } from './job.js';
const [port = '0', vips = '0'] = process.argv.slice(2);
const decide = decider(Number(vips));
async function route(context) {
    const call = await context.onEvent('variables');
    const headers = {};
    for (const name of HEADERS) {
        headers[name] = (await context.getVariable(`PJSIP_HEADER(read,${name})`)).value ?? '';
    }
    const { flow, rule, branch } = decide(headers, call.agi_extension ?? '');
    await context.setVariable('DOORMAN_FLOW', flow);
    await context.setVariable('DOORMAN_RULE', rule);
    await context.setVariable('DOORMAN_BRANCH', branch);
    await context.end();
}
const server = new AgiServer((context) => {
    route(context).catch((error) => process.stderr.write(`${error.message}\n`));
}, { port: Number(port), host: '127.0.0.1' });
server.start().on('listening', () => process.stdout.write('ready\n'));
//# sourceMappingURL=fastagi.js.map