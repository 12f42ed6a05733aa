/**
 * The same job done by a dialplan, plain ari-client, FastAGI and Doorman, beside the same Asterisk, in turns:
 *
 *     npm run bench                       everything, about 35 minutes; writes RESULTS.md and results.json
 *     npm run bench -- --quick            about 5 minutes; prints only, unless --write is given
 *
 * More options: --no-knee, --systems dialplan,ari_client,doorman, --rounds 1.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '../support/lab-folder.js';
import { runBench } from './bench.js';
import { CallerProcess } from './caller.js';
import { Fixture } from './fixture.js';
import { benchOptions } from './options.js';
import { reportOf, tableOf } from './report.js';
import { resultsOf } from './results.js';
const DEFAULT_KNEE = 500;
const say = (line) => void process.stderr.write(`${line}\n`);
const folder = join(repositoryFolder(), 'test/bench');
const file = join(folder, 'results.json');
/** Runs a bench of this folder and reads the JSON that it prints on stdout. */
function figuresOf(script, ...args) {
    const command = ['--expose-gc', join(import.meta.dirname, script), ...args];
    const printed = execFileSync(process.execPath, command, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(printed);
}
/** Of an earlier run, so that the search begins near. */
function nearKnee(system) {
    if (!existsSync(file))
        return DEFAULT_KNEE;
    const { systems, floors } = JSON.parse(readFileSync(file, 'utf8'));
    const known = { ...systems, ...floors };
    const named = system === 'doorman_before' && known[system] === undefined ? 'doorman' : system;
    return known[named]?.knee_cps || DEFAULT_KNEE;
}
const options = benchOptions(process.argv.slice(2));
const isWhole = options.mode === 'whole';
const decide = isWhole ? figuresOf('decide.bench.js') : null;
const reload = isWhole ? figuresOf('reload.bench.js', '3', '0') : null;
const fixture = await Fixture.create(options, say);
const caller = new CallerProcess();
try {
    const found = await runBench({ options, fixture, caller, say, near: nearKnee });
    const results = resultsOf(found, options, { asterisk: fixture.asterisk.version, decide, reload });
    console.log(tableOf(results));
    if (options.isWritten) {
        writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
        writeFileSync(join(folder, 'RESULTS.md'), reportOf(results));
    }
}
finally {
    caller.stop();
    await fixture.stop();
}
//# sourceMappingURL=side-by-side.js.map