import { afterAll, beforeAll } from '@jest/globals';
import { placeCall, placed, rawCall, userAgent, } from './calls.js';
import { decodeState } from './channel-state.js';
import { Lab } from './lab.js';
import { Observer } from './observer.js';
import { asteriskRoot, RELEASES } from './roots.js';
export { RELEASES };
/** Two processes start on a busy machine. */
const START_MS = 60_000;
const RESULT_MS = 5_000;
/** Sets Asterisk, an observer and Doorman up for the tests of this `describe`, and clears up after them. */
export function pbxFixture(release, options = {}) {
    const fixture = new Fixture();
    beforeAll(() => fixture.start(release, options), START_MS);
    afterAll(() => fixture.stop());
    return fixture;
}
/** What a story needs. Everything in it is there from the first test to the last. */
export class Fixture {
    lab;
    observer;
    /** Where the fixture starts it. */
    doorman;
    get asterisk() {
        return this.lab.asterisk;
    }
    async start(release, options) {
        const { withDoorman = true, withObserver = true } = options;
        const install = await asteriskRoot(release, (line) => void process.stderr.write(`${line}\n`));
        this.lab = await Lab.start(install, { ...options, isQuiet: !withObserver });
        if (withObserver)
            await this.reopenObserver();
        if (withDoorman)
            this.doorman = await this.lab.startDoorman();
    }
    async stop() {
        this.observer?.close();
        await this.lab?.stop();
    }
    /** After a restart of Asterisk. */
    async reopenObserver() {
        this.observer?.close();
        this.observer = await Observer.open(this.asterisk.observer);
    }
    /** Places a call, and says what its caller saw and which flow it reached by the PBX's whole account of it. */
    async place(options) {
        return this.#seen(await placeCall(this.asterisk, options));
    }
    /** The same for a call that Doorman decides, with its record. */
    call = async (options) => {
        const { placed, result } = await this.place(options);
        return { placed, result, ...(await this.#recorded(result, placed)) };
    };
    /** The same for an INVITE in bytes, from carrier-a, that its flow refuses. */
    raw = async (invite) => {
        const agent = await userAgent(this.asterisk, 'carrier-a');
        const seen = await this.#seen(await placed(rawCall(agent, invite), {}).finally(() => agent.close()));
        return { ...seen, ...(await this.#recorded(seen.result, seen.placed)) };
    };
    /** The events of a call reach the observer later than its answer reaches the caller. */
    async #seen(placed) {
        await this.observer.ended(placed.callId, RESULT_MS);
        return { placed, result: await this.observer.result(placed.callId, 0) };
    }
    async #recorded(result, { callId }) {
        return { record: await this.doorman.record(callId), state: await stateOf(result) };
    }
}
/** The state as the PBX said it was set; also of a call that is over. */
export function stateOf({ variables }) {
    return decodeState((name) => variables[name] ?? '');
}
/** Flows of a routing.yaml of which each leads to the context `story-<name>`. */
export function flowsTo(...names) {
    return names.map((name) => `${name}: { context: story-${name} }`).join(', ');
}
/** A code flow of these lines. */
export function codeFlow(...lines) {
    const head = "import type { Conversation } from 'asterisk-doorman'\n";
    return [head, 'export default async function flow(conv: Conversation) {', ...lines, '}\n'].join('\n');
}
/** The context of a flow that shows the dialplan's view of the call, answers, and waits for the caller to hang up. */
export function showing(context, expression, extension = 's') {
    const steps = [`exten => ${extension},1,NoOp(${expression})`, ' same => n,Answer()', ' same => n,Wait(5)'];
    return [`[${context}]`, ...steps, ''].join('\n');
}
/** Such contexts for flows of these names. */
export function allShowing(names, expression) {
    return names.map((name) => showing(`story-${name}`, expression)).join('');
}
/** The same for `raw` calls: it is over without an answer. */
export function refusing(context, ...expressions) {
    const shown = expressions.map((expression) => ` same => n,NoOp(${expression})`);
    const steps = ['exten => s,1,NoOp()', ...shown, ' same => n,Wait(0.3)', ' same => n,Hangup(17)'];
    return [`[${context}]`, ...steps, ''].join('\n');
}
//# sourceMappingURL=fixture.js.map