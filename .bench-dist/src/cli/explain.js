import { InvalidArgumentError, Option } from 'commander';
import { factsOfExample } from '../flows/examples.js';
import { finalDecision, reasonsOf } from '../flows/final-decision.js';
import { sentenceOf } from '../history/sentence.js';
import { safeJson, safeLine } from '../lib/safe-text.js';
import { contextOf } from '../routing/context-of.js';
import { provenanceOf } from '../routing/facts.js';
import { hearsayOf } from '../routing/hearsay.js';
import { FLOWS_OPTION, HEADER_OPTION, JSON_OPTION, printError, printResult, Refusal, settingsFor, VERBOSE_OPTION, withRevision, } from './command.js';
import { FACTS_HEADING, formatFacts, formatRules } from './explanation.js';
export function addExplain(program) {
    program
        .command('explain')
        .description('say where a call would go and why, without placing one')
        .requiredOption('--from <number>', 'caller number, as the trunk would send it')
        .requiredOption('--to <number>', 'number that is dialled')
        .option('--trunk <endpoint>', 'PJSIP endpoint that the call comes in on')
        .option('--name <text>', 'caller name', '')
        .option(...HEADER_OPTION)
        .addOption(new Option('--attestation <level>', 'STIR/SHAKEN').choices(['A', 'B', 'C', 'failed']))
        .option('--state <json>', 'state that the call has already', parseState, {})
        .option('--at <instant>', 'instant of the call, as 2026-12-24T18:00:00Z', parseInstant, new Date())
        .option(...FLOWS_OPTION)
        .option(...VERBOSE_OPTION)
        .option(...JSON_OPTION)
        .action(async (options, command) => {
        const { DOORMAN_FLOWS: folder } = settingsFor(command, 'files');
        const explained = await withRevision(folder, (revision, functions) => explain(options, revision, functions));
        const next = options.verbose ? undefined : 'the same with --verbose shows every fact and its source';
        printResult(options, toJson(explained), toText(explained, options), next);
    });
}
async function explain(options, revision, functions) {
    const { from, to, name, trunk, header, attestation, state, at } = options;
    const headers = {};
    for (const [key, value] of header)
        headers[key] = [...(headers[key] ?? []), value];
    const facts = factsOfExample({ from, to, name, trunk, headers, attestation, state });
    noteUnknownTrunk(facts, revision);
    const parts = { revision, functions, at, callId: 'explain' };
    const decision = await finalDecision(facts, parts);
    const context = contextOf(facts, revision.routing);
    return {
        ...{ decision, revision, facts },
        reasons: reasonsOf(decision, facts, parts),
        provenance: provenanceOf(context, { headers: revision.headersNeeded, thorough: true }),
        hearsay: hearsayOf(context),
    };
}
/** With a mistyped trunk the answer would be right and misleading. */
function noteUnknownTrunk({ trunk }, { routing }) {
    if (trunk === undefined || routing.trust.has(trunk))
        return;
    const known = [...routing.trust.keys()].join(', ') || 'none';
    printError(`Note: ${trunk} is not under "trunks", so it is trusted for nothing; known are: ${known}.`);
}
function parseInstant(text) {
    const at = new Date(text);
    if (Number.isNaN(at.getTime()))
        throw new InvalidArgumentError('Write it as 2026-12-24T18:00:00Z.');
    return at;
}
function parseState(text) {
    try {
        const state = JSON.parse(text);
        if (typeof state === 'object' && state !== null && !Array.isArray(state))
            return state;
    }
    catch {
        // The error below says what is expected.
    }
    throw new Refusal('usage', '--state takes a JSON object, such as {"city":"Albany"}.');
}
/** Scripts rely on these keys. */
function toJson({ decision: final, revision, reasons, provenance, hearsay }) {
    const { rule, vip, branch = null, callerNumber, calleeNumber } = final.decision;
    return {
        ...{ revision: revision.id, flow: final.flow.name, rule, vip, branch, callerNumber, calleeNumber },
        ...{ state: final.state, reasons, facts: provenance, hearsay },
    };
}
function toText(explained, { verbose }) {
    const { decision: final, revision, facts, reasons, provenance, hearsay } = explained;
    const { flow, state, failure } = final;
    const { branch = null, rule, vip, callerNumber, calleeNumber } = final.decision;
    const answer = sentenceOf({
        ...{ callerNumber, calleeNumber, branch, rule, reasons, hearsay, flow: flow.name },
        ...{ trunk: facts.trunk ?? null, faults: [] },
        outcome: failure === undefined ? 'routed' : 'fallback_function',
    }, 'would go');
    const lines = [
        ...[answer, ...formatRules({ reasons, reasonsOmitted: 0 })],
        `flow      ${flow.name}  (${flow.context},${flow.extension},${flow.priority})`,
        `vip       ${vip ? 'yes' : 'no'}`,
        `branch    ${branch ?? '-'}`,
        `state     ${safeJson(state)}`,
        `revision  ${revision.id}`,
        ...(verbose ? [FACTS_HEADING, ...formatFacts({ provenance })] : []),
    ];
    return lines.map(safeLine).join('\n');
}
//# sourceMappingURL=explain.js.map