import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startAsterisk } from './asterisk.js';
import { placeCall, placeCalls, placed, userAgent } from './calls.js';
import { isAlive } from './child.js';
import { Observer } from './observer.js';
import { asteriskRoot } from './roots.js';
const say = (line) => void process.stderr.write(`${line}\n`);
/** Doorman's contexts without Doorman: straight on to a flow, with some state on the call. */
const GENERATED = `
[doorman]
exten => _X!,1,Set(__CONV_STATE=${Buffer.from('{"city":"Albany"}').toString('base64url')})
 same => n,Goto(doorman-go,\${EXTEN},1)
exten => _+X!,1,Goto(doorman-fallback,s,1)
[doorman-go]
exten => _X!,1,Goto(lab-flow,s,1)
exten => _2X!,1,Goto(lab-short,s,1)
[doorman-fallback]
exten => s,1,Hangup()
`;
const FLOW = `
[lab-flow]
exten => s,1,NoOp(\${PJSIP_HEADER(read,X-Odd)})
 same => n,Set(LINES=\${URIDECODE(one%0Atwo%5Cthree)})
 same => n,Answer()
 same => n,Wait(5)
[lab-short]
exten => s,1,Hangup(17)
[from-trunk]
exten => nobody,1,Ringing()
 same => n,Wait(5)
`;
const ODD = 'a "quoted, $' + '{EXTEN} [call_id] ]]> \\n é';
const RELEASES = [
    ['forky', '22.'],
    ['bullseye', '16.'],
];
describe.each(RELEASES)('the lab with Debian %s', (release, major) => {
    let asterisk;
    let observer;
    beforeAll(async () => {
        const install = await asteriskRoot(release, say);
        asterisk = await startAsterisk(install, { generatedDialplan: GENERATED, extraDialplan: FLOW });
        observer = await Observer.open(asterisk.observer);
    });
    afterAll(async () => {
        observer?.close();
        await asterisk?.stop();
    });
    test('the observer sees which flow a call reached, with its header and its state', async () => {
        const call = placeCall(asterisk, {
            ...{ from: '+15551234567', to: '15557654321', displayName: 'Ann "A." Example', trunk: 'carrier-a' },
            ...{ headers: [['X-Odd', ODD]], hold_ms: 500 },
        });
        const result = await observer.result((trace) => trace.caller === '+15551234567', 5_000);
        const state = await observer.state(result.channel);
        const placed = await call;
        const trace = await observer.ended(placed.callId, 5_000);
        expect(asterisk.version.startsWith(major)).toBe(true);
        expect(result).toMatchObject({
            context: 'lab-flow',
            path: ['from-trunk', 'doorman', 'doorman-go', 'lab-flow'],
        });
        expect(result.appData[0]).toBe(ODD);
        expect(state).toEqual({ city: 'Albany' });
        expect(placed).toMatchObject({ status: 200, hungUpBy: 'caller' });
        expect(trace.channel).toBe(result.channel);
        expect(trace.variables).toMatchObject({ LINES: 'one\ntwo\\three' });
    });
    test('the observer knows calls by their Call-ID also where they are over at once', async () => {
        const options = { from: '+15550000004', to: '25557654321', trunk: 'carrier-a' };
        const placed = await Promise.all(Array.from({ length: 50 }, () => placeCall(asterisk, options)));
        const seen = await Promise.all(placed.map(({ callId }) => observer.result(callId, 5_000)));
        expect(new Set(placed.map(({ status }) => status))).toEqual(new Set([486]));
        expect(seen.map(({ context, callId }) => [context, callId])).toEqual(placed.map(({ callId }) => ['lab-short', callId]));
    });
    test('a call that only reached the fallback is seen there, and its caller is told that it was refused', async () => {
        const call = { from: '+15550000001', to: '+15557654321', trunk: 'carrier-b' };
        const { status, callId } = await placeCall(asterisk, call);
        expect(status).toBe(603);
        expect(await observer.result(callId, 5_000)).toMatchObject({
            context: 'doorman-fallback',
            extension: 's',
        });
    });
    test('the softphone logs in with the password of this instance, and not without', async () => {
        const call = { from: '1001', to: '15557654321', trunk: '1001', hold_ms: 50 };
        const agent = await userAgent(asterisk, '1001');
        const { status } = await placed(agent.call(call), call).finally(() => agent.close());
        expect(status).toBe(401);
        expect((await placeCall(asterisk, call)).status).toBe(200);
    });
    test('a caller who loses patience cancels, and a PBX that hangs up ends the call', async () => {
        const call = { from: '+15550000002', trunk: 'carrier-a' };
        const cancelled = await placeCall(asterisk, { ...call, to: 'nobody', patience_ms: 300 });
        const ended = await placeCall(asterisk, { ...call, to: '15557654321', hold_ms: 8_000 });
        expect(cancelled).toMatchObject({ status: 487, hungUpBy: undefined });
        expect(ended).toMatchObject({ status: 200, hungUpBy: 'pbx' });
    });
    test('many calls are placed at a rate, one result each', async () => {
        const load = { from: '+15550000003', to: '15557654321', trunk: 'carrier-a', hold_ms: 50 };
        const calls = await placeCalls(asterisk, { ...load, calls: 20, perSecond: 50 });
        const refused = await placeCalls(asterisk, { ...load, to: '25557654321', calls: 5, perSecond: 50 });
        expect(calls.map(({ status, hungUpBy }) => [status, hungUpBy])).toEqual(Array(20).fill([200, 'caller']));
        expect(new Set(calls.map(({ callId }) => callId)).size).toBe(20);
        expect(refused.map(({ status }) => status)).toEqual(Array(5).fill(486));
    });
    test('ARI is whole: every part that ari-client asks for is described', async () => {
        const { url, username, password } = asterisk.ari;
        const authorization = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
        const parts = ['applications', 'asterisk', 'bridges', 'channels', 'deviceStates', 'endpoints', 'events'];
        const modules = await asterisk.cli('module show like res_ari');
        for (const part of [...parts, 'playbacks', 'recordings', 'sounds']) {
            const answer = await fetch(`${url}/ari/api-docs/${part}.json`, { headers: { authorization } });
            expect([part, answer.status]).toEqual([part, 200]);
        }
        expect(modules).not.toMatch(/Not Running/);
        expect(modules.match(/res_ari_\S* .*Running/g)).toHaveLength(11);
    });
    test('it comes back after a kill, on the same ports', async () => {
        const before = asterisk.pid;
        await asterisk.kill9();
        expect(isAlive(before)).toBe(false);
        await asterisk.restart();
        expect(asterisk.pid).not.toBe(before);
        expect(await asterisk.cli('core show version')).toContain(asterisk.version);
        await asterisk.stop();
        expect([isAlive(asterisk.pid), existsSync(asterisk.folder)]).toEqual([false, false]);
    });
});
test('an Asterisk does not outlive a process that was killed and could not clean up', async () => {
    const script = `
    const { asteriskRoot } = await import(${JSON.stringify(new URL('./roots.js', import.meta.url).href)})
    const { startAsterisk } = await import(${JSON.stringify(new URL('./asterisk.js', import.meta.url).href)})
    const { pid, folder } = await startAsterisk(await asteriskRoot('forky', () => {}))
    console.log(JSON.stringify({ pid, folder }))
    setInterval(() => {}, 1000)`;
    const lab = spawn(process.execPath, ['--input-type=module', '-e', script], {
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise((resolve) => lab.stdout.once('data', (data) => resolve(String(data))));
    const { pid, folder } = JSON.parse(line);
    expect(isAlive(pid)).toBe(true);
    lab.kill('SIGKILL');
    for (let tries = 0; tries < 100 && (isAlive(pid) || existsSync(folder)); tries++)
        await sleep(50);
    expect([isAlive(pid), existsSync(folder)]).toEqual([false, false]);
});
//# sourceMappingURL=lab.test.js.map