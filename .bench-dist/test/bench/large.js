import { formatProblem } from '../../src/flows/problem.js';
/** Many rules and many VIP numbers, and calls that meet them; for benches without an Asterisk. */
const number = (at) => `+1555${String(at).padStart(7, '0')}`;
/** A fifth each of exact callees, callee prefixes, callers, branches with a header (some by a pattern), and headers. */
function whenAt(at) {
    const account = at % 50 === 3 ? `{ matches: "^${at}[0-9]{4}$" }` : `"${at}1234"`;
    const kinds = [
        `callee: "${number(9_000_000 + at)}"`,
        `callee: "+1444${String(at).padStart(5, '0')}*"`,
        `caller: ["${number(8_000_000 + at)}", "${number(8_500_000 + at)}"]`,
        `branch: Branch ${at % 50}, header: { X-Account: ${account} }`,
        `header: { X-Queue: [queue ${at}, line ${at}] }`,
    ];
    return kinds[at % kinds.length] ?? '';
}
function routingYaml(rules, edition) {
    const state = (at) => `{ hello: "Hello {caller.name}", at: ${at}, edition: ${edition} }`;
    const list = (length, line) => Array.from({ length }, (_, at) => line(at));
    return [
        'default_country: US',
        'trunks: { carrier-a: { trust: [caller_number, P-Asserted-Identity, X-VIP, X-Account, X-Queue] } }',
        'vip: { files: [vips.csv], headers: { X-VIP: [gold, platinum] } }',
        'branches:',
        ...list(50, (at) => `  Branch ${at}: { numbers: ["${number(7_000_000 + at)}"], state: { at: ${at} } }`),
        'flows: { main: { context: main } }',
        'rules:',
        ...list(rules, (at) => `  - { name: r${at}, when: { ${whenAt(at)} }, goto: main, state: ${state(at)} }`),
        '  - { name: code, when: { callee: "+1777*" }, run: triage.ts }',
        'otherwise: main',
        '',
    ].join('\n');
}
export function vipsCsv(vips) {
    const rows = Array.from({ length: vips }, (_, at) => `${number(at)},Caller ${at},gold\n`);
    return `number,name,tier\n${rows.join('')}`;
}
/** Flow files. Editions differ in every rule, as after an edit. */
export function largeFiles(rules, vips, edition = 0) {
    const code = "export default (conv: { gotoFlow(to: string): void }) => conv.gotoFlow('main')\n";
    return { 'routing.yaml': routingYaml(rules, edition), 'vips.csv': vipsCsv(vips), 'triage.ts': code };
}
export function revisionOf(compiled) {
    if (compiled.ok)
        return compiled.revision;
    throw new Error(compiled.problems.map(formatProblem).join('\n'));
}
/** Every other caller is a VIP; every kind of rule is met, and some calls meet none. */
export function callParts(at, vips, rules) {
    const to = [
        number(9_000_000 + at * 5),
        `+1444${String(at).padStart(5, '0')}99`,
        number(7_000_000 + (at % 50)),
    ];
    const from = at % 2 === 0 ? number((at * 7_919) % vips) : number(8_000_000 + ((at * 37) % rules));
    const headers = [
        ['from', `"Caller ${at}" <sip:${from}@192.0.2.1>;tag=${at}`],
        ['x-account', `${(at * 13) % rules}1234`],
        ['x-queue', at % 10 === 0 ? `queue ${at}` : 'none'],
    ];
    return { from, to: to[at % to.length] ?? '', headers };
}
//# sourceMappingURL=large.js.map