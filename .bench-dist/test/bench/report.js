import { SYSTEMS, TITLES } from './systems.js';
import { targetsOf } from './targets.js';
/** RESULTS.md, for people. */
export function reportOf(results) {
    return `# Doorman beside other ways to route the same calls

${circumstances(results)}

${tableOf(results)}

${METHOD}
`;
}
/** The figures alone, for the terminal. */
export function tableOf(results) {
    return [
        ...(results.disturbed ? [DISTURBED] : []),
        '## Targets',
        targetTable(results),
        '## Systems',
        systemTable(results),
        stageSentence(results.steps_us),
        '## Each rate',
        'Milliseconds from INVITE to 200: medians of the rounds, and the slowest call of all.',
        rateTable(results),
    ]
        .filter((text) => text !== '')
        .join('\n\n');
}
const DISTURBED = '**Something else kept this machine busy: the caller was woken late. Measure again on a quiet one.**';
function circumstances(results) {
    const { versions, records, rules, vips } = results;
    const command = results.mode === 'quick' ? 'npm run bench -- --quick' : 'npm run bench';
    return [
        `Written by \`${command}\` on ${results.date.slice(0, 10)}, commit ${results.commit}: Asterisk`,
        `${versions.asterisk}, Node ${versions.node}, ${results.cores} cores (${results.cpu}) for Asterisk, controller and`,
        `caller together. Rounds: ${results.rounds}, each with ${results.seconds_at_100} s at 100 calls a second. Doorman has`,
        `${rules.toLocaleString('en')} rules and ${vips.toLocaleString('en')} VIP numbers; the others have the same VIP numbers.`,
        `Doorman routed ${records.calls} calls right and wrote ${records.routed} decision records that say so.`,
    ].join('\n');
}
function targetTable(results) {
    const verdict = (isMet) => (isMet === undefined ? '–' : isMet ? 'yes' : '**no**');
    const rows = targetsOf(results).map((target) => [
        ...[target.what, target.wanted, target.reached, verdict(target.isMet), target.before],
    ]);
    return table(['what', 'wanted', 'reached', 'met', 'c592c16'], rows);
}
const measured = ({ systems, floors }) => {
    const all = { ...systems, ...floors };
    return SYSTEMS.flatMap((system) => {
        const figures = all[system];
        return figures === undefined ? [] : [[TITLES[system], figures]];
    });
};
/** "Added" is what comes to the dialplan by hand. */
function systemTable(results) {
    const { p50_ms_at_100: p50, p99_ms_at_100: p99 } = results.systems.dialplan ?? {};
    const added = (value, base = Number.NaN) => (value - base).toFixed(2);
    const head = [
        'system',
        'p50 ms',
        'added',
        'p99 ms',
        'added',
        'first 500: p50 ms',
        'p99 ms',
        'knee, calls/s',
    ];
    head.push('Asterisk CPU ms per call', 'controller CPU ms per call', 'controller MB', 'Asterisk MB');
    const rows = measured(results).map(([title, figures]) => [
        ...[title, figures.p50_ms_at_100, added(figures.p50_ms_at_100, p50)],
        ...[figures.p99_ms_at_100, added(figures.p99_ms_at_100, p99)],
        ...[figures.cold.p50_ms, figures.cold.p99_ms],
        figures.knee_cps === null ? '–' : `${figures.knee_cps} (${figures.knees_cps.join(', ')})`,
        ...[figures.asterisk_cpu_ms_per_call, figures.controller_cpu_ms_per_call],
        ...[figures.rss_mb, figures.asterisk_rss_mb],
    ]);
    return table(head, rows);
}
function stageSentence(stages) {
    if (stages === null)
        return '';
    const each = Object.entries(stages).map(([stage, us]) => `${stage} ${us}`);
    return `Doorman's own stages by its decision records, microseconds at the median: ${each.join(', ')} (until StasisEnd).`;
}
function rateTable(results) {
    const rows = measured(results).flatMap(([title, { cold, rates }]) => [['first 500', cold], ...Object.entries(rates)].map(([rate, figures]) => [
        ...[title, rate, figures.p50_ms, figures.p90_ms, figures.p99_ms, figures.max_ms],
        ...[figures.asterisk_cpu_ms_per_call, figures.controller_cpu_ms_per_call],
        `${figures.right} of ${figures.offered}`,
    ]));
    const head = ['system', 'calls/s', 'p50', 'p90', 'p99', 'max', 'Asterisk CPU', 'controller CPU'];
    return table([...head, 'right of offered'], rows);
}
function table(head, rows) {
    const line = (cells) => `| ${cells.join(' | ')} |`;
    return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
const METHOD = `## How it is measured

- The job: read From, To, X-VIP, X-Account, P-Asserted-Identity and Diversion, which every call has; decide VIP (by
  number or by X-VIP) and branch; set flow, rule and branch on the channel; go to the flow's context, which answers. The
  context writes its name and these variables into the 200, and the caller checks them for every call.
- *dialplan by hand*: VIP numbers in AstDB (\`DB_EXISTS\`). *plain ari-client*: one getChannelVar a header, one
  setChannelVar a variable (each group at once), continueInDialplan. *FastAGI*: one GET VARIABLE a header, one SET
  VARIABLE a variable. *go on only*: continues each call over the WebSocket, reads nothing and sets nothing. *Doorman*:
  as shipped, with its generated dialplan and its decision records in a file; *commit c592c16* is its own code of then,
  built from git, on the same Node.
- Rounds: in each, every system has a turn beside an Asterisk that was just restarted; only its controller runs. The
  first 500 calls after the start come at 100 a second (*first 500*); then a warm-up at 200 a second; then 100 a second.
- The caller is a process of its own with an open loop: it sends each call when it is due. Time is taken at the send and
  when the 200 arrives (monotonic clock). A call sent over 2 ms late counts from when it was due. Each call lasts 150 ms.
- CPU: user and system time of all threads from \`/proc\`, over the whole run, by offered calls.
- The knee: the highest rate before the first, 5 % above, at which a call was lost or wrong or p99 reached 50 ms; the
  median of the rounds, which stand behind it. All processes share the cores, so that it is the knee of the whole machine.
- Elsewhere: 100 reloads at 100 calls a second (\`npm run test:load\`), memory over 100,000 calls (\`npm run soak\`).
`;
//# sourceMappingURL=report.js.map