import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inFolder } from '../flows/temp-folder.js';
import { recordCalls, recorded } from '../history/calls.js';
import { until } from '../support/until.js';
import { doorman, RunningCommand } from './command.js';
const ago = (ms) => new Date(Date.now() - ms).toISOString();
const REASON = { condition: 'vip: true', value: 'false', trusted: true, why: 'the call is not a VIP call' };
const CALLS = [
    recorded({ call: '1.1', at: ago(3 * 86_400_000), outcome: 'hung_up', callerNumber: '+15550000002' }),
    recorded({ call: '1.2', at: ago(7_200_000), rule: 'Sales', flow: 'sales', branch: 'North Branch' }),
    recorded({
        ...{ call: '1.3', sipCallId: 'b@example.com', at: ago(61_000), ms: { read: 0.2, decide: 0.1 } },
        reasons: [{ rule: 'VIP callers', matched: false, ...REASON }],
        provenance: [
            { fact: 'header X-VIP', value: 'gold', from: 'trunk b', trusted: false, why: 'b is not trusted' },
        ],
    }),
    recorded({ call: '1.2', at: ago(3_000), calleeNumber: '+15550000009' }),
];
async function withCalls(use, env = {}) {
    await inFolder({}, async (folder) => {
        await recordCalls(folder, CALLS);
        await use((...args) => doorman([...args, '--data', folder], env), folder);
    });
}
async function numbers(...args) {
    let found = [];
    await withCalls(async (run) => {
        const { exit, out } = await run('calls', '--json', ...args);
        expect(exit).toBe(0);
        found = JSON.parse(out).records.map(({ number }) => number);
    });
    return found;
}
describe('doorman calls', () => {
    test.each([
        [[], [4, 3, 2, 1]],
        [
            ['--last', '2'],
            [4, 3],
        ],
        [
            ['--since', '3h'],
            [4, 3, 2],
        ],
        [['--since', ago(60_000)], [4]],
        [['--caller', '+1 (555) 000-0002'], [1]],
        [['--callee', '+15550000009'], [4]],
        [['--flow', 'sales'], [2]],
        [['--rule', 'Sales'], [2]],
        [
            ['--rule', 'otherwise', '--since', '1h'],
            [4, 3],
        ],
        [['--outcome', 'hung_up'], [1]],
    ])('with %j lists these, the newest first', async (args, expected) => {
        expect(await numbers(...args)).toEqual(expected);
    });
    test('has a line for each with its age, and the outcome where it was not simply routed', async () => {
        await withCalls(async (run) => {
            const { exit, out } = await run('calls');
            const [heading, ...lines] = out.trimEnd().split('\n');
            expect(exit).toBe(0);
            expect(heading).toMatch(/^call +time +ago +caller +to +flow +rule$/);
            expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
                [
                    '4',
                    expect.any(String),
                    expect.stringMatching(/^\d+ s$/),
                    '+15550000001',
                    '+15550000009',
                    'main',
                    'otherwise',
                ],
                ['3', expect.any(String), '1 min', '+15550000001', '+15557654321', 'main', 'otherwise'],
                ['2', expect.any(String), '2 h', '+15550000001', 'North Branch', 'sales', 'Sales'],
                ['1', expect.any(String), '3 d', '+15550000002', '+15557654321', 'main', 'hung_up: otherwise'],
            ]);
        });
    });
    test('says where it looked if nothing matches, and how numbers are written', async () => {
        await withCalls(async (run, data) => {
            const { exit, out } = await run('calls', '--caller', '5550000001');
            expect([exit, out]).toEqual([
                0,
                expect.stringContaining(`No recorded call matches in ${data}. Numbers`),
            ]);
        });
    });
    test('exits with 1 if there is no database', async () => {
        await inFolder({}, async (folder) => {
            const { exit, err } = await doorman(['calls', '--data', folder]);
            expect(exit).toBe(1);
            expect(err).toContain(`error[no_data]: ${join(folder, 'doorman.db')} does not exist`);
        });
    });
    test('names the outcomes where one is mistyped', async () => {
        const { exit, err } = await doorman(['calls', '--outcome', 'lost']);
        expect([exit, err]).toEqual([
            2,
            expect.stringContaining('Allowed choices are routed, routed_without_state'),
        ]);
    });
    test('masks numbers where the settings say so', async () => {
        await withCalls(async (run) => {
            for (const args of [['calls'], ['calls', '--json'], ['why', '3'], ['why', '3', '--json']])
                expect((await run(...args)).out).not.toMatch(/55500000/);
        }, { DOORMAN_MASK_NUMBERS: 'yes' });
    });
    test('goes on with new calls under --follow, the newest last, and exits with 0 on SIGINT', async () => {
        await inFolder({}, async (folder) => {
            await recordCalls(folder, CALLS);
            const command = new RunningCommand(['calls', '--follow', '--json', '--last', '2', '--data', folder]);
            await until(() => command.lines.length === 2, 'the recorded calls');
            await recordCalls(folder, [recorded({ call: '1.5' }), recorded({ call: '1.6' })]);
            await until(() => command.lines.length === 4, 'the new calls');
            command.child.kill('SIGINT');
            expect(await command.ending()).toMatchObject({ exit: 0, err: '' });
            expect(command.lines.map(({ number }) => number)).toEqual([3, 4, 5, 6]);
        });
    });
});
describe('doorman why', () => {
    test.each(['3', '1.3', 'b@example.com'])('finds a call by %s, and begins with the sentence', async (named) => {
        await withCalls(async (run) => {
            const { exit, out } = await run('why', named);
            expect(exit).toBe(0);
            expect(out.split('\n')).toEqual([
                '+15550000001 via carrier-a to +15557654321 went to main by `otherwise`: no rule matched',
                '  - VIP callers  the call is not a VIP call',
                expect.stringMatching(/^Call 3, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \(1 min ago\), revision 0123456789ab$/),
                '',
            ]);
        });
    });
    test('tells every fact, its source and the stages with --verbose', async () => {
        await withCalls(async (run) => {
            const { out } = await run('why', '3', '--verbose');
            expect(out).toContain('\n  - header X-VIP  gold (trunk b): b is not trusted\n');
            expect(out).toMatch(/^stages +read 0.2, decide 0.1 ms$/m);
            expect(out).toMatch(/^Call-ID +b@example.com$/m);
        });
    });
    test('shows all visits of the newest call, the first one first', async () => {
        await withCalls(async (run) => {
            const { out } = await run('why', 'last');
            expect(out).toMatch(/^Visit 1 of 2: .* went to sales [\s\S]*\n\nVisit 2 of 2: .* went to main /);
            const { records } = JSON.parse((await run('why', 'last', '--json')).out);
            expect(records).toMatchObject([
                { number: 2, flow: 'sales' },
                { number: 4, flow: 'main' },
            ]);
        });
    });
    test('refuses a call that is not recorded', async () => {
        await withCalls(async (run) => {
            const { exit, err } = await run('why', 'nobody');
            expect([exit, err]).toEqual([
                1,
                expect.stringContaining('error[call_not_found]: No call nobody is rec'),
            ]);
        });
    });
});
test.each(['calls', 'why'])('%s shows no text of a caller that controls a terminal', async (command) => {
    await inFolder({}, async (folder) => {
        const evil = '\u001b[31mred\u202e\u009b\nOK';
        await recordCalls(folder, [
            recorded({ callerNumber: evil, calleeNumber: evil, trunk: evil, branch: evil, rule: evil, flow: evil }),
        ]);
        const args = command === 'calls' ? [command] : [command, 'last', '--verbose'];
        const { out } = await doorman([...args, '--data', folder]);
        expect(out).not.toMatch(/[\0-\t\v-\u001f\u007f-\u009f\u202a-\u202e]/);
        expect(out).not.toMatch(/^OK/m);
    });
});
//# sourceMappingURL=calls.test.js.map