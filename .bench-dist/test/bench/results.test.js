import { describe, expect, test } from '@jest/globals';
import { benchOptions } from './options.js';
import { reportOf } from './report.js';
import { resultsOf } from './results.js';
import { COMPARED, FLOORS, SYSTEMS } from './systems.js';
import { targetsOf } from './targets.js';
const P50 = {
    ...{ dialplan: 1, ari_client: 6, fastagi: 4, doorman: 2.5, doorman_before: 2 },
    ...{ passage: 1.5, passage_ami: 1.75, doorman_own: 3 },
};
function run(system, p50, over = {}) {
    return {
        ...{ system, perSecond: 100, isCold: false, offered: 500, right: 500, wrong: 0, lost: 0, repeated: 0 },
        ...{ wrongSamples: [], isGivenUp: false, cpu_ms: 1, asterisk_cpu_ms: 2, controller_cpu_ms: p50 },
        ...{ asterisk_rss_mb: 150, controller_rss_mb: 80 },
        latency_ms: { p50, p90: p50 * 2, p99: p50 * 3, max: p50 * 10 },
        lateness_ms: { p50: 0.6, p90: 1, p99: 1.3, max: 2 },
        ...over,
    };
}
/** Three rounds, of which the last was slow; cold calls take twice as long. */
const measured = SYSTEMS.flatMap((system) => [1, 1.1, 40].flatMap((factor) => [
    run(system, P50[system] * 2, { isCold: true }),
    run(system, P50[system] * factor),
]));
const found = {
    measured,
    knees: new Map([
        ['dialplan', [700, 690, 710]],
        ['ari_client', [250]],
        ['fastagi', [530]],
        ['doorman', [520, 300, 525]],
    ]),
    records: { calls: 3_000, routed: 3_000 },
    stages: [
        { read: 0.1, decide: 0.01, write: 0.4, continue: 0.6 },
        { read: 0.2, decide: 0.02, write: 0.5, continue: 0.7 },
        { read: 3, decide: 3, write: 3, continue: 3 },
    ],
};
function results(over = {}) {
    const decide = { p50_us: 6, p99_us: 30, p50_us_few_numbers: 5, rules: 10_000, vips: 1_000_000 };
    return resultsOf({ ...found, ...over }, benchOptions([]), {
        asterisk: '22.10.1',
        decide: { ...decide, load_s: 0.5, load_mb: 60 },
        reload: { reloads: 3, reload_ms: 800, p50_ms: 0.5, p99_ms: 9, max_ms: 40 },
    });
}
describe('the results', () => {
    test('have the medians of the rounds, so that a slow one does not count', () => {
        const { systems, floors, steps_us } = results();
        expect(Object.keys(systems)).toEqual([...COMPARED]);
        expect(Object.keys(floors)).toEqual([...FLOORS]);
        expect(systems.doorman).toMatchObject({ p50_ms_at_100: 2.75, p99_ms_at_100: 8.25, knee_cps: 520 });
        expect(systems.doorman?.cold.p50_ms).toBe(5);
        expect(steps_us).toEqual({ read: 200, decide: 20, write: 500, continue: 700 });
    });
    test('compare Doorman with the others of the same run', () => {
        const rows = targetsOf(results()).map(({ reached, before, isMet }) => [reached, before, isMet]);
        expect(rows).toEqual([
            ['30 %', '20 %', true],
            ['30 %', '20 %', true],
            ['30 %', '20 %', true],
            ['42 %', '33 %', false],
            ['74 %', 'not measured', true],
            ['208 %', 'not measured', true],
            ['98 %', 'not measured', false],
            ['6', '', true],
            ['1.2', '', true],
            ['0.5', '', true],
            ['60', '', true],
            ['40', '', true],
        ]);
    });
    test('have no verdict where something else kept the machine busy', () => {
        const late = measured.map((each) => ({ ...each, lateness_ms: { p50: 1, p90: 9, p99: 30, max: 50 } }));
        const disturbed = results({ measured: late });
        expect(targetsOf(disturbed).map(({ isMet }) => isMet)).not.toContain(true);
        expect(reportOf(disturbed)).toContain('Measure again');
        expect(reportOf(results())).not.toContain('Measure again');
    });
    test('are told with their targets, commit and mode in the report', () => {
        const all = results();
        const report = reportOf(all);
        expect(report).toContain('| Knee, of the dialplan’s | ≥ 70 % | 74 % | yes | not measured |');
        expect(report).toContain(`Written by \`npm run bench\` on ${all.date.slice(0, 10)}, commit ${all.commit}`);
        expect(report).toContain('| go on only | 1.65 | 0.55 | 4.95 | 1.65 |');
        expect(report).toContain('| 700 (700, 690, 710) |');
    });
});
//# sourceMappingURL=results.test.js.map