/**
 * `npm run demo`: a real Asterisk and Doorman, real calls, and where the PBX says that they went. In order:
 *
 *     Asterisk ▶ its dialplan ▶ observer ▶ Doorman ▶ calls ▶ table ▶ stay up
 *
 * and all of it down again in reverse when it is asked to stop, or when something fails.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { isAlive } from '../support/child.js';
import { settingsFor } from '../support/doorman.js';
import { systemAsterisk } from '../support/install.js';
import { Lab } from '../support/lab.js';
import { labFolder } from '../support/lab-folder.js';
import { Observer } from '../support/observer.js';
import { asteriskRoot } from '../support/roots.js';
import { CALLS, isOk, place } from './calls.js';
import { formatTable, instructions, jsonLine, newsLines } from './output.js';
const USAGE = `usage: npm run demo [-- [--once] [--json]]

Starts a private Asterisk and Doorman, places real calls and shows which flow each reached.
  --once   stop after that; exit 0 if all went as expected, 1 if not
  --json   one JSON object a line for each call on standard output, and nothing else there
           (npm prints two lines of its own; for a script: npm run --silent demo -- --once --json)`;
const WAYS = `Other ways to see Doorman with an Asterisk:
  - the distribution's packages, where it has them:  apt-get install asterisk
    (the demo then runs it as a private instance, and never touches a PBX of this machine)
  - in containers:  docker compose -f docker/compose.yaml up
  - beside a PBX elsewhere:  DOORMAN_ARI_URL=http://pbx.example:8088 npx doorman run  (README, "Beside your own PBX")`;
/** After the first signal a further one within this time is the same: npm passes on what the terminal sends, too. */
const SAME_SIGNAL_MS = 1_000;
const LOOK_MS = 200;
const say = (line) => void process.stderr.write(`${line}\n`);
const print = (text) => void process.stdout.write(`${text}\n`);
const textOf = (error) => (error instanceof Error ? error.message : String(error));
process.exit(await main());
async function main() {
    const boolean = { type: 'boolean', default: false };
    try {
        const { values } = parseArgs({
            options: { once: boolean, json: boolean, help: { ...boolean, short: 'h' } },
        });
        if (!values.help)
            return await demo(values.once, values.json);
        print(USAGE);
        return 0;
    }
    catch (error) {
        say(`${textOf(error)}\n${USAGE}`);
        return 2;
    }
}
/**
 * Resolves at the first signal; a second one, later, does not wait: then the guards of `startGuarded` end the children,
 * and those of a step that was not over when the first one came.
 */
function stopSignal() {
    let firstAt;
    return new Promise((resolve) => {
        const onSignal = () => {
            if (firstAt !== undefined && performance.now() - firstAt > SAME_SIGNAL_MS)
                process.exit(130);
            if (firstAt !== undefined)
                return;
            firstAt = performance.now();
            say('Stopping …');
            resolve();
        };
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
            process.on(signal, onSignal);
    });
}
async function demo(once, json) {
    const parts = new AsyncDisposableStack();
    // Stopped as asked is OK, except where a script waits for results that there are not.
    const stopped = stopSignal().then(() => (once ? 130 : 0));
    try {
        return await Promise.race([play(parts, once, json), stopped]);
    }
    catch (error) {
        say(textOf(error));
        return 1;
    }
    finally {
        await parts.disposeAsync().catch((error) => say(`While stopping: ${textOf(error)}`));
    }
}
async function play(parts, once, json) {
    const running = await start(parts);
    say(`Placing ${CALLS.length} SIP calls …`);
    const results = await Promise.all(CALLS.map((call) => place(call, running)));
    print(json ? results.map(jsonLine).join('\n') : `\n${formatTable(results).trimEnd()}`);
    const count = results.filter(isOk).length;
    say(`\n${count} of ${results.length} calls went as expected, by the PBX's own account.`);
    if (!once)
        await stay(running, parts);
    return results.every(isOk) ? 0 : 1;
}
async function start(parts) {
    const install = await findAsterisk();
    const from = install.where === 'system' ? 'installed here; a private instance' : 'its own folder and ports';
    say(`Starting Asterisk ${install.version} (${from}) and Doorman …`);
    const lab = parts.adopt(await Lab.start(install, {}), (part) => part.stop());
    const { asterisk } = lab;
    const observer = parts.adopt(await Observer.open(asterisk.observer), (part) => part.close());
    return { asterisk, observer, doorman: await lab.startDoorman() };
}
/** The machine's own Asterisk where there is one, else one out of a Debian root that is fetched once. */
async function findAsterisk() {
    const installed = await systemAsterisk().catch((error) => {
        say(`The installed Asterisk is passed over: ${textOf(error)}`);
        return undefined;
    });
    if (installed !== undefined)
        return installed;
    return asteriskRoot('forky', say).catch((error) => {
        throw new Error(`No Asterisk can be had here: ${textOf(error)}\n${WAYS}`);
    });
}
/** Keeps both sides up, says how to call them, and prints a line for each further call. Throws where one of them ends. */
async function stay(demo, parts) {
    const file = join(labFolder(), 'demo.env');
    parts.defer(writeSettings(file, { ...settingsFor(demo.asterisk), DOORMAN_SIP_LOCAL: '127.0.0.2' }));
    print(instructions(demo, relative(process.cwd(), file)));
    let seen = demo.doorman.lines.length;
    for (;;) {
        await sleep(LOOK_MS);
        refuseDead(demo);
        for (const line of demo.doorman.lines.slice(seen).flatMap(newsLines))
            print(line);
        seen = demo.doorman.lines.length;
    }
}
/**
 * Writes a settings file that only its owner may read, and removes it when this process ends in whatever way but
 * SIGKILL. Where a second demo has written its own in the meantime, that one stays.
 */
function writeSettings(file, settings) {
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    const text = ['# Of the running demo; it removes this file when it stops.\n', ...lines].join('');
    mkdirSync(labFolder(), { recursive: true });
    // A mode counts only for a file that is made anew.
    rmSync(file, { force: true });
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
    const remove = () => {
        try {
            if (readFileSync(file, 'utf8') === text)
                rmSync(file);
        }
        catch {
            // It is gone already.
        }
    };
    process.once('exit', remove);
    return remove;
}
function refuseDead({ asterisk, doorman }) {
    if (!isAlive(asterisk.pid))
        throw new Error(`Asterisk has ended. The end of its log:\n${asterisk.logTail()}`);
    if (isAlive(doorman.pid))
        return;
    const lines = doorman.lines.slice(-5).map((line) => JSON.stringify(line));
    throw new Error(`Doorman has ended. The end of its log:\n${[...lines, doorman.noise].join('\n')}`);
}
//# sourceMappingURL=demo.js.map