import { basename } from 'node:path';
import { createTwoFilesPatch } from 'diff';
import { OWN_FILES } from './inspect.js';
/** Passwords in Asterisk's files and in settings, those of others too, up to the end of their line. */
const SECRET = /^([ +-]?\s*;?\s*(?:(?:remote_)?secret|md5_cred|\w*password|DOORMAN_\w*(?:PASSWORD|SECRET))\s*=>?\s*)\S.*$/gim;
const HIDDEN = '(not shown)';
/** The change of a file as a unified diff with its secrets hidden, below its owner, mode and reason. */
export function showChange(change, isVerbose) {
    const { path, why, before, after } = change;
    const name = basename(path);
    if (after === undefined)
        return `${path}: removed (${why})`;
    const head = `${path}${before === undefined ? `: new, mode ${after.mode.toString(8)}` : ''}\n  ${why}`;
    if (/secret$/.test(name))
        return `${head}\n  (its content is not shown)`;
    if (name === OWN_FILES.dialplan && !isVerbose) {
        const lines = after.content.toString('latin1').split('\n').length - 1;
        return `${head}\n  (${lines} lines; --verbose shows them)`;
    }
    return `${head}\n${diffOf(change).replace(SECRET, `$1${HIDDEN}`)}`;
}
function diffOf({ path, before, after }) {
    const [from, to] = [before, after].map((state) => (state === undefined ? '/dev/null' : path));
    const [old, now] = [before, after].map((state) => state?.content.toString('utf8') ?? '');
    const patch = createTwoFilesPatch(from ?? '', to ?? '', old ?? '', now ?? '', undefined, undefined, {
        context: 2,
    });
    return patch.slice(patch.indexOf('---')).trimEnd();
}
//# sourceMappingURL=show.js.map