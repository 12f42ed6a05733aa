import { ROUTING_FILE } from '../flows/compile.js';
import { formatShare } from '../lib/share.js';
import { diffRevisions } from './diff.js';
/** The codes of problems and warnings that a reload adds to those of the flow files, with what each means. */
export const RELOAD_CODES = {
    'reload.dialplan': 'Warning: the running dialplan was generated for other flow files.',
    'reload.failed': 'The reload failed for a reason that lies outside of the flow files.',
    'reload.location': 'A flow leads to a context or an extension that the running dialplan does not have.',
    'reload.max_change': 'More recorded calls would go to another flow than `--max-change` or `DOORMAN_MAX_CHANGE` allows.',
    'reload.not_stored': 'The revision to roll back to is not in the database.',
    'reload.pbx': 'Warning: Asterisk could not be asked for the locations of the flows.',
};
/** Checks flow files that were loaded against the PBX and the recorded calls, and changes nothing. */
export async function checkCandidate(loaded, current, checks, { allowMissingContexts = false, maxChange }) {
    if (!loaded.ok)
        return unusable(loaded.problems, loaded.warnings);
    const { revision } = loaded;
    const problems = [];
    const warnings = [...loaded.warnings];
    const missing = allowMissingContexts ? warnings : problems;
    try {
        for (const flow of await checks.missingLocations([...revision.routing.flows.values()]))
            missing.push(problem('reload.location', missingLocation(flow), revision.contexts.get(flow.context)));
    }
    catch (error) {
        const message = `The PBX could not be asked for the locations of the flows: ${messageOf(error)}`;
        warnings.push(problem('reload.pbx', message));
    }
    // Contexts that were generated for other flow files do no harm: what they do not pass is read over ARI.
    if (!(await checks.isDialplanCurrent(revision).catch(() => true)))
        warnings.push(problem('reload.dialplan', OTHER_DIALPLAN));
    const replayed = maxChange === undefined ? undefined : await checks.replay(revision, current);
    if (replayed !== undefined && maxChange !== undefined && replayed.share > maxChange) {
        const share = `That is ${formatShare(replayed.share)}, and at most ${formatShare(maxChange)} may change`;
        const next = 'If it is meant, reload with --max-change 100%';
        problems.push(problem('reload.max_change', `${replayed.summary}. ${share}. ${next}`));
    }
    const changes = await diffRevisions(current, revision);
    return { revision: revision.id, problems, warnings, changes, replay: replayed?.summary ?? null };
}
/** What cannot be compiled, or not be found. */
export function unusable(problems, warnings = []) {
    return { revision: null, problems, warnings, changes: [], replay: null };
}
const OTHER_DIALPLAN = 'The contexts of Doorman in the running dialplan were not generated for these flow files. Calls are decided all ' +
    'the same, but the fallback may be another one, and reading a call may take longer. Run  doorman dialplan --write FILE';
function missingLocation({ name, context, extension, priority }) {
    const inIt = extension === 'dialled' ? '' : ` with extension ${extension}, priority ${priority}`;
    return `The running dialplan has no [${context}]${inIt}, where flow ${name} leads.`;
}
/** Without a position it is one of the reload as a whole, and in no file. */
export function problem(code, message, position) {
    return { file: position === undefined ? '' : ROUTING_FILE, ...(position ?? NOWHERE), code, message };
}
const NOWHERE = { line: 1, column: 1 };
export function messageOf(error) {
    return error instanceof Error ? error.message : String(error);
}
//# sourceMappingURL=candidate.js.map