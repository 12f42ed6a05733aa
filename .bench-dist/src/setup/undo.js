import { bytesOf, textOf } from './files.js';
import { fingerprintOf, isAs } from './manifest.js';
import { withoutBlock } from './marked-block.js';
/**
 * How every file comes back: byte for byte, with owner and mode, unless it has changed since; of a changed one setup's
 * own block goes. Files that are right already need no step, as after an undo that was interrupted.
 */
export function planUndo({ files }, stateOf, originalOf) {
    // The lines that pull a file in go before the file.
    const plans = files.toReversed().map((entry) => {
        const now = stateOf(entry.path);
        return {
            path: entry.path,
            before: now,
            result: isAs(now, entry.before) ? 'done' : undone(entry, now, originalOf(entry.path)),
        };
    });
    return {
        steps: plans.flatMap(({ path, before, result }) => typeof result === 'string' ? [] : [{ path, before, ...result }]),
        kept: plans.flatMap(({ path, result }) => (result === 'kept' ? [path] : [])),
    };
}
function undone(entry, now, original) {
    // Removed by others: nothing of setup's is left in it.
    if (now === undefined)
        return entry.before === null ? 'done' : 'kept';
    const isUnchanged = fingerprintOf(now).sha256 === entry.after.sha256;
    if (isUnchanged || entry.kind === 'generated') {
        if (entry.before === null)
            return { after: undefined, why: 'setup made it' };
        const state = original === undefined ? undefined : { ...ownership(entry, now), content: original };
        if (state !== undefined && fingerprintOf(state).sha256 === entry.before.sha256)
            return { after: state, why: 'as it was before' };
    }
    if (entry.kind !== 'block')
        return 'kept';
    const content = bytesOf(withoutBlock(textOf(now.content)));
    if (content.equals(now.content))
        return 'kept';
    if (content.length === 0 && entry.before === null)
        return { after: undefined, why: 'setup made it' };
    return { after: { ...now, content }, why: "changed since: only setup's own lines go" };
}
/** Owner and mode as before, unless others have given it new ones. */
function ownership({ before, after }, now) {
    const isOurs = now.uid === after.uid && now.gid === after.gid && now.mode === after.mode;
    const { uid, gid, mode } = isOurs && before !== null ? before : now;
    return { uid, gid, mode };
}
//# sourceMappingURL=undo.js.map