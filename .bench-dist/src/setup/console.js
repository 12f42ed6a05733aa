import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseVersion } from '../asterisk/version.js';
/** Where distributions put the program; a user's PATH may lack them. */
const FOLDERS = ['/usr/sbin', '/usr/local/sbin'];
const LIMIT_MS = 10_000;
export const DEFAULT_FOLDER = '/etc/asterisk';
/** The console of the Asterisk whose configuration is in this folder. */
export function asteriskConsole(folder) {
    // The folder of the control socket stands in asterisk.conf.
    const config = folder === DEFAULT_FOLDER ? [] : ['-C', join(folder, 'asterisk.conf')];
    return {
        async version() {
            const text = (await run(['-V']))?.replace(/^Asterisk\s+/i, '').trim();
            return text !== undefined && parseVersion(text) !== undefined ? text : undefined;
        },
        async command(command) {
            return run([...config, '-rx', command]);
        },
    };
}
function run(args) {
    const env = { ...process.env, PATH: [process.env.PATH ?? '', ...FOLDERS].join(':') };
    return new Promise((resolve) => {
        execFile('asterisk', args, { env, timeout: LIMIT_MS }, (error, out) => {
            // A command that Asterisk refuses ends with an exit code, too; one that reached none prints nothing to stdout.
            const isAnswered = error === null || (out.trim() !== '' && !/^Unable to connect/m.test(out));
            resolve(isAnswered ? out : undefined);
        });
    });
}
//# sourceMappingURL=console.js.map