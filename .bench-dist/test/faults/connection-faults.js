import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { allRouted, atMost, broken } from './fault.js';
import { AMPLE_FLOW_FILES } from './flow-files.js';
/** Long enough for two pings of five seconds without an answer and a new connection. */
const HALF_OPEN_MS = 17_000;
const SLOW_MS = 250;
/** An AMI connection that is not needed for this long is closed. */
const AMI_IDLE_MS = 10_000;
const on = (proxy, does) => (fixture) => fixture[proxy][does]();
/** What happens to the connections between Doorman and Asterisk. */
export const CONNECTION_FAULTS = [
    {
        name: 'ARI cut',
        what: 'All connections of ARI are reset, and new ones are refused for three seconds.',
        act: broken(on('ari', 'cut'), 3_000, on('ari', 'mend'), 3_000),
    },
    {
        name: 'ARI half open',
        what: 'The connections of ARI stay open, but nothing arrives on them any more, for good. New ones work.',
        act: broken(on('ari', 'silence'), HALF_OPEN_MS),
        judge: ({ fallback, offered, longest_wait_ms }) => [
            ...atMost(Math.floor(offered / 100), fallback, 'Calls in the fallback'),
            ...atMost(1_200, longest_wait_ms, 'Longest wait in milliseconds'),
        ],
    },
    {
        name: 'ARI over HTTP unanswered',
        what: 'For four seconds no HTTP request of ARI is answered, on old connections and on new ones; the WebSocket works.',
        act: broken(on('ari', 'silenceHttp'), 4_000, on('ari', 'mend'), 3_000),
    },
    {
        name: 'ARI slow',
        what: `Whatever goes over ARI arrives ${SLOW_MS} ms late, in both directions, for six seconds.`,
        act: broken(({ ari }) => ari.slow(SLOW_MS), 6_000, on('ari', 'mend')),
    },
    {
        name: 'ARI user read-only',
        what: 'The ARI user of Doorman is made read-only for five seconds (`read_only = yes` and a reload of res_ari).',
        async act({ asterisk }) {
            const file = join(asterisk.folder, 'etc/ari.conf');
            const before = readFileSync(file, 'utf8');
            for (const [text, ms] of [
                [`${before}\n[doorman](+)\nread_only = yes\n`, 5_000],
                [before, 3_000],
            ]) {
                writeFileSync(file, text);
                await asterisk.cli('module reload res_ari.so');
                await sleep(ms);
            }
        },
        judge: ({ fallback }, { lines }) => fallback > 0 && !lines.some(({ event }) => event === 'ari_refused')
            ? ['The log does not say that ARI refuses requests']
            : [],
    },
    {
        name: 'AMI cut',
        what: 'All connections of AMI are reset, and new ones are refused for three seconds.',
        flows: AMPLE_FLOW_FILES,
        act: broken(on('ami', 'cut'), 3_000, on('ami', 'mend'), 2_000),
        judge: withoutState,
    },
    {
        name: 'AMI half open',
        what: 'The connection of AMI stays open, but nothing arrives on it any more, for good. New ones work.',
        flows: AMPLE_FLOW_FILES,
        act: broken(on('ami', 'silence'), HALF_OPEN_MS),
        judge: withoutState,
    },
    {
        name: 'AMI cut while it rests',
        what: 'The same as "AMI cut", after ten seconds of calls that need no AMI where Asterisk has REST over WebSocket.',
        async act(fixture) {
            await sleep(AMI_IDLE_MS);
            await broken(on('ami', 'cut'), 3_000, on('ami', 'mend'), 2_000)(fixture);
        },
        judge: nothingMissing,
    },
];
/** Without AMI the flow is still the right one, and the record says that the state is missing. */
function withoutState(...[counts, fixture]) {
    const isSaid = fixture.records.some(({ outcome, faults }) => outcome === 'routed_without_state' && faults.length > 0);
    return [
        ...allRouted(counts, fixture),
        ...(isSaid ? [] : ['No decision record says "routed_without_state", and why']),
    ];
}
/** Asterisk 22 takes shared variable sets; on 16 state may be missing, and the record says so. */
function nothingMissing(...[counts, fixture]) {
    const missing = fixture.records.filter(({ outcome }) => outcome === 'routed_without_state').length;
    const needsNoAmi = Number.parseInt(fixture.asterisk.version, 10) >= 22;
    const without = `${missing} calls went without state, though none needed AMI`;
    return [...allRouted(counts, fixture), ...(needsNoAmi && missing > 0 ? [without] : [])];
}
//# sourceMappingURL=connection-faults.js.map