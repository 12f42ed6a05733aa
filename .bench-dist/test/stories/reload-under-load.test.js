import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { placeCalls } from '../support/calls.js';
import { codeFlow, flowsTo, pbxFixture } from '../support/fixture.js';
/** Branch, rule and code of one revision each say its number, so that a mixture of two would show. */
const routing = (rev, flow) => `
default_country: US
branches: { Only: { default: true, state: { by_branch: "${rev}" } } }
flows: { ${flowsTo('one', 'two')} }
rules:
  - { name: "Rule ${rev}", when: { callee: "+15557654321" }, run: code.ts, state: { by_rule: "${rev}", flow: ${flow} } }
otherwise: one
`;
const code = (rev) => codeFlow(`conv.state.by_code = '${rev}'`, 'conv.gotoFlow(String(conv.state.flow))');
/** Four kinds of bad candidate: no YAML, wrong shape, a function that throws while loading, a missing context. */
const BAD = [
    (rev) => ({ 'routing.yaml': `${routing(rev, 'one')}rules: [` }),
    (rev) => ({ 'routing.yaml': routing(rev, 'one').replace('rules:', 'rulez:') }),
    (rev) => ({ 'routing.yaml': routing(rev, 'one'), 'code.ts': `throw new Error('revision ${rev}')` }),
    (rev) => ({ 'routing.yaml': routing(rev, 'one').replace('story-two', 'story-none') }),
];
/** The PBX's own word on each call, in its log: which context, what every part of the revision left on the call. */
const result = (context) => `
[${context}]
exten => s,1,Log(NOTICE,LANDED \${CHANNEL(pjsip,call-id)} \${CONTEXT} \${DOORMAN_REVISION} \${CONV_by_branch} \${CONV_by_rule} \${CONV_by_code} \${CONV_flow})
 same => n,Answer()
 same => n,Wait(0.1)
 same => n,Hangup()
`;
/** The whole load (`npm run test:load`) takes a machine of its own; beside other tests a fifth of it has to do. */
const IS_WHOLE = process.env.DOORMAN_WHOLE_LOAD === '1';
const RELOADS = IS_WHOLE ? 100 : 20;
const RATE = IS_WHOLE ? 100 : 20;
describe(`${RELOADS} reloads, half of them bad, under ${RATE} calls a second`, () => {
    const fixture = pbxFixture('forky', {
        flows: { 'routing.yaml': routing(0, 'one'), 'code.ts': code(0) },
        dialplan: result('story-one') + result('story-two'),
        withObserver: false,
    });
    test('no call is lost, none is decided by a mixture, and each record names its revision', async () => {
        let isOver = false;
        const load = keepCalling(() => isOver);
        const accepted = await reloadAll();
        isOver = true;
        const results = await load;
        await sleep(2_500);
        const reached = reachedFlows();
        const records = new Map(fixture.doorman.records.map((record) => [record.sipCallId, record]));
        const routed = reached.filter(({ callId }) => records.get(callId)?.outcome === 'routed');
        const others = reached.length - routed.length;
        process.stderr.write(`${results.length} calls, ${routed.length} routed, ${others} to the fallback in time\n`);
        expect(accepted).toEqual({ good: RELOADS / 2, bad: RELOADS / 2 });
        // Not one is lost: each was answered, and the PBX put each into a flow, once.
        expect(results.filter(({ status }) => status !== 200)).toEqual([]);
        expect(results.length).toBeGreaterThan(RATE * 5);
        expect(reached).toHaveLength(results.length);
        expect(new Set(reached.map(({ callId }) => callId)).size).toBe(results.length);
        // None is a mixture: branch, rule, code and context of each say the same revision, and its record does.
        expect(routed.filter(({ parts }) => new Set(parts).size !== 1)).toEqual([]);
        expect(routed.filter(({ context, flow }) => context !== `story-${flow}`)).toEqual([]);
        expect(routed.filter(({ callId, revision }) => records.get(callId)?.revision !== revision)).toEqual([]);
        const contents = new Map(routed.map(({ revision, parts }) => [revision, parts[0]]));
        expect(routed.filter(({ revision, parts }) => contents.get(revision) !== parts[0])).toEqual([]);
        expect(contents.size).toBeGreaterThan(RELOADS / 4);
        // A machine that is busy with other tests may let the time limit strike; that is what it is there for.
        expect(others / reached.length).toBeLessThan(0.02);
    }, 600_000);
    /** Changes the files, has them reloaded by a signal, and waits for the verdict; each second one is bad. */
    async function reloadAll() {
        const verdicts = { good: 0, bad: 0 };
        for (let rev = 1; rev <= RELOADS; rev++) {
            const isBad = rev % 2 === 0;
            const good = { 'routing.yaml': routing(rev, rev % 4 === 1 ? 'one' : 'two'), 'code.ts': code(rev) };
            const bad = BAD[(rev / 2) % BAD.length]?.(rev) ?? {};
            const from = fixture.doorman.lines.length;
            for (const [name, text] of Object.entries(isBad ? { 'code.ts': code(rev), ...bad } : good))
                fixture.lab.put(name, text);
            fixture.doorman.signal('SIGHUP');
            const verdict = await fixture.doorman.event('reload', { way: 'signal' }, { from, limitMs: 30_000 });
            if (verdict.ok === !isBad)
                verdicts[isBad ? 'bad' : 'good'] += 1;
        }
        return verdicts;
    }
    async function keepCalling(isOver) {
        const results = [];
        const call = { from: '+15559990000', to: '5557654321', trunk: 'carrier-a', hold_ms: 3_000 };
        while (!isOver())
            results.push(...(await placeCalls(fixture.asterisk, { ...call, calls: RATE * 5, perSecond: RATE })));
        return results;
    }
    function reachedFlows() {
        const log = readFileSync(join(fixture.asterisk.folder, 'log/messages.log'), 'utf8');
        return [...log.matchAll(/NOTICE.* LANDED (\S+) (\S+) (\S+) (\S*) (\S*) (\S*) (\S*)$/gm)].map((match) => {
            const [, callId = '', context, revision, branch, rule, fn, flow] = match;
            return { callId, context, revision, parts: [branch, rule, fn], flow };
        });
    }
});
//# sourceMappingURL=reload-under-load.test.js.map