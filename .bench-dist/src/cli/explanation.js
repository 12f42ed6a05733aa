import { Columns } from '../lib/columns.js';
/** The rules that were tried, `+` for one that matched, each with the value that settled it. */
export function formatRules({ reasons, reasonsOmitted, }) {
    const tried = reasons.filter(({ rule }) => !rule.startsWith('(') || rule === '(function)');
    const rows = tried.map(({ rule, matched, why }) => [`  ${matched ? '+' : '-'} ${shortened(rule)}`, why]);
    const omitted = reasonsOmitted === 0 ? [] : [`  ${reasonsOmitted} rules before these did not match.`];
    return [...omitted, ...new Columns().lines(rows)];
}
/** Every fact with its source, and whether it is trusted. */
export function formatFacts({ provenance }) {
    return new Columns().lines(provenance.map(({ fact, value, from, trusted, why }) => [
        `  ${trusted ? '+' : '-'} ${fact}`,
        `${shortened(value ?? '-')} (${from}): ${why}`,
    ]));
}
export const FACTS_HEADING = 'facts (+ trusted, - untrusted)';
const LONGEST = 32;
function shortened(name) {
    return name.length <= LONGEST ? name : `${name.slice(0, LONGEST - 1)}…`;
}
//# sourceMappingURL=explanation.js.map