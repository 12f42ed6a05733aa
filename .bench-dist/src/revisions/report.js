/** What the log and the metrics say of reloads. */
import { formatProblem } from '../flows/problem.js';
/** @param current the revision that decides after it. */
export function logReload(log, { way, by, files }, result, ms, current) {
    const warnings = result.warnings.map(formatProblem);
    const fields = { event: 'reload', way, by: by ?? null, ms, warnings, ok: result.ok };
    if (!result.ok) {
        const problems = result.problems.map(formatProblem);
        const what = way === 'rollback' ? 'The rollback was' : `The ${files ? 'draft was' : 'flow files were'}`;
        log.error(`${what} refused; revision ${current.id} still decides.`, { ...fields, problems });
    }
    else if (!result.changed) {
        const { revision } = result;
        log.info('The flow files were read again; nothing has changed.', { ...fields, revision });
    }
    else {
        const { revision, number, replay } = result;
        const changes = result.changes.map(({ text }) => text);
        const draft = files === undefined ? '' : ', from a draft,';
        const message = `Revision ${number ?? revision}${draft} decides from now on.`;
        log.info(message, { ...fields, revision, number, changes, replay });
    }
}
/** Announces a changed flows folder that does not decide. */
export function logCandidate(log, candidate, current) {
    const { revision, replay } = candidate;
    const [problems, warnings] = [candidate.problems.map(formatProblem), candidate.warnings.map(formatProblem)];
    const changes = candidate.changes.map(({ text }) => text);
    const accepted = problems.length === 0;
    const fields = { event: 'candidate', accepted, revision, problems, warnings, changes, replay };
    const still = `revision ${current.id} still decides`;
    if (accepted)
        log.info(`The flows folder has changed: ${still} until "doorman reload".`, fields);
    else
        log.error(`The flows folder has changed and was refused: ${still}.`, fields);
}
export function countReload(metrics, way, result, ms) {
    if (result.ok)
        metrics.reload(way, result.changed ? 'taken' : 'unchanged', ms);
    else
        metrics.reload(way, result.problems.length === 0 ? 'waiting' : 'refused', ms);
}
//# sourceMappingURL=report.js.map