/** What a system adds to the figure of the dialplan, of what plain ari-client adds. */
const added = (of) => {
    return (system, { dialplan, ari_client: plain, [system]: ours }) => {
        if (dialplan === undefined || plain === undefined || ours === undefined)
            return Number.NaN;
        return (of(ours) - of(dialplan)) / (of(plain) - of(dialplan));
    };
};
/** A figure of a system, of that of another one. */
const over = (other, of) => {
    const figure = (system) => (system && of(system)) ?? Number.NaN;
    return (system, systems) => figure(systems[system]) / figure(systems[other]);
};
const knee = (other) => over(other, ({ knee_cps }) => knee_cps);
const SHARES = [
    [
        ...['Latency added at 100/s, p50, of what plain ari-client adds', '≤', 0.4],
        added(({ p50_ms_at_100 }) => p50_ms_at_100),
    ],
    [
        ...['Latency added at 100/s, p99, of what plain ari-client adds', '≤', 0.45],
        added(({ p99_ms_at_100 }) => p99_ms_at_100),
    ],
    [
        ...['Latency added in the first 500 calls, p50, of what plain ari-client adds', '≤', 0.6],
        added(({ cold }) => cold.p50_ms),
    ],
    [
        ...['Controller CPU per call, of plain ari-client’s', '≤', 0.35],
        over('ari_client', ({ controller_cpu_ms_per_call }) => controller_cpu_ms_per_call),
    ],
    ['Knee, of the dialplan’s', '≥', 0.7, knee('dialplan')],
    ['Knee, of plain ari-client’s', '≥', 1.5, knee('ari_client')],
    ['Knee, of FastAGI’s', '≥', 1, knee('fastagi')],
];
/** Ratios within one run; no verdict where the run was disturbed. */
export function targetsOf({ systems, decide, reload, disturbed }) {
    const shares = SHARES.map(([what, sign, limit, ratio]) => {
        const value = ratio('doorman', systems);
        const isMet = Number.isNaN(value) ? undefined : sign === '≤' ? value <= limit : value >= limit;
        const before = systems.doorman_before === undefined ? '' : percent(ratio('doorman_before', systems));
        return { what, wanted: `${sign} ${percent(limit)}`, reached: percent(value), before, isMet };
    });
    const ofDecide = decide && [
        below('`decide`, 10,000 rules and 1,000,000 numbers, p50 (µs)', decide.p50_us, 20),
        below('The same, of that with 1,000 numbers (times)', decide.p50_us / decide.p50_us_few_numbers, 1.5),
        below('Loading 1,000,000 lines (s)', decide.load_s, 3),
        below('Loading 1,000,000 lines (MB)', decide.load_mb, 150),
    ];
    const ofReload = reload && [below('Longest hold-up of a call by a reload of both (ms)', reload.max_ms, 100)];
    const targets = [...shares, ...(ofDecide ?? []), ...(ofReload ?? [])];
    return disturbed ? targets.map((target) => ({ ...target, isMet: undefined })) : targets;
}
function percent(value) {
    return Number.isFinite(value) ? `${Math.round(value * 100)} %` : 'not measured';
}
function below(what, value, limit) {
    const reached = String(Number(value.toFixed(2)));
    return { what, wanted: `< ${limit}`, reached, before: '', isMet: value < limit };
}
//# sourceMappingURL=targets.js.map