import { readFileSync } from 'node:fs';
import { RunningCommand } from '../cli/command.js';
import { projectFolder } from '../flows/project-folder.js';
const SECRET = 'a-secret-of-the-story';
/** The second user of manager.conf, switched on as the file says: without the ; that begins each of its lines. */
export function adminConf() {
    const sample = readFileSync(projectFolder('asterisk-conf/manager.conf'), 'utf8');
    const lines = sample.split('\n').filter((line) => /^;\S/.test(line));
    return lines.map((line) => line.slice(1).replace('CHANGE-ME', SECRET)).join('\n');
}
/** The settings that go with it. */
export const ADMIN_SETTINGS = { DOORMAN_AMI_ADMIN_SECRET: SECRET };
/** How often Asterisk was made to reload its dialplan since it started. */
export function reloads(asterisk) {
    return asterisk.logTail(100_000).split("Reloading module 'pbx_config.so'").length - 1;
}
/** Runs `doorman …` to its end with the flow files of the example, in a process that has this environment alone. */
export function doorman(args, env) {
    return new RunningCommand(args, { DOORMAN_FLOWS: projectFolder('flows'), ...env }).ending(30_000);
}
export async function doctor(env) {
    const { exit, out, err } = await doorman(['doctor', '--json'], env);
    if (out === '')
        throw new Error(`doctor said nothing: ${err}`);
    return { exit, findings: JSON.parse(out).findings };
}
//# sourceMappingURL=installation.js.map