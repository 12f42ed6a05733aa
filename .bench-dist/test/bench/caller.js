import { fork } from 'node:child_process';
import { SipUserAgent } from '../../src/testcall/user-agent.js';
import { Load, runCall } from '../support/calls.js';
import { callAt, landingText } from './calls.js';
import { spreadOf } from './percentile.js';
/** The caller, in a process of its own so that nothing else of the bench delays its clock. */
export class CallerProcess {
    #child = fork(import.meta.filename, { serialization: 'advanced' });
    run(order) {
        return new Promise((resolve, reject) => {
            const ended = () => reject(new Error('The caller ended in the middle of a run.'));
            this.#child.once('exit', ended);
            this.#child.once('message', (answer) => {
                this.#child.off('exit', ended);
                if (answer.report === undefined)
                    reject(new Error(`The caller failed: ${answer.error}`));
                else
                    resolve(answer.report);
            });
            this.#child.send(order);
        });
    }
    stop() {
        this.#child.kill('SIGKILL');
    }
}
/** That process runs one order at a time and reports. It ends when its parent does. */
if (process.argv[1] === import.meta.filename) {
    process.on('message', (order) => {
        runCalls(order).then((report) => process.send?.({ report }), (error) => process.send?.({ error: error.message }));
    });
    process.on('disconnect', () => process.exit());
}
/** How long an answered call lasts, and how long its caller waits for the answer. */
const TIMING = { hold_ms: 150, patience_ms: 5_000 };
async function runCalls(order) {
    const agent = await SipUserAgent.open(`127.0.0.1:${order.sipPort}`, order.from);
    const tally = new Tally(order);
    const cpu = process.cpuUsage();
    const place = async (at, due_ms) => {
        const offered = callAt(at, order.vips);
        const call = agent.call({ ...inviteOf(offered, order.from), callId: `${order.name}-${at}` });
        tally.add(offered, due_ms, await runCall(call, TIMING));
        if (tally.isHopeless)
            load.stop();
    };
    const calls = order.perSecond * order.seconds;
    const load = new Load(place, order.perSecond, calls);
    await load.start();
    agent.close();
    const { user, system } = process.cpuUsage(cpu);
    return { ...tally.report(), isGivenUp: load.placed < calls, cpu_ms: (user + system) / 1_000 };
}
/** Every call has all headers that the job reads. */
export function inviteOf(call, host) {
    const headers = [
        ['P-Asserted-Identity', `<sip:${call.caller}@${host}>`],
        ['Diversion', `<sip:${call.diversion}@${host}>;reason=unconditional`],
        ['X-VIP', call.xVip],
        ['X-Account', call.xAccount],
    ];
    return { from: call.caller, to: call.callee, displayName: 'Bench', headers };
}
/**
 * A timer wakes this late at most on a machine that is not overloaded. A call that was sent later counts from when it
 * was due: a caller that is late must not hide what the calls would have waited (coordinated omission).
 */
const TIMER_MS = 2;
const SAMPLES = 5;
/** The calls of one run, counted when they are over. */
export class Tally {
    order;
    #latency = [];
    #lateness = [];
    #samples = [];
    #right = 0;
    #wrong = 0;
    #lost = 0;
    #repeated = 0;
    #slow = 0;
    constructor(order) {
        this.order = order;
    }
    add({ landing }, due_ms, result) {
        const { sentAt, answer, cancelledAt, hungUpBy } = result;
        const [sent_ms = due_ms] = sentAt;
        this.#lateness.push(sent_ms - due_ms);
        this.#repeated += sentAt.length - 1;
        if (answer === undefined || cancelledAt !== undefined)
            this.#lost += 1;
        else if (answer.status >= 300)
            this.#failed(`was refused with ${answer.status}`);
        else {
            const waited_ms = answer.at - (sent_ms - due_ms > TIMER_MS ? due_ms : sent_ms);
            this.#latency.push(waited_ms);
            if (waited_ms > (this.order.giveUp?.slow_ms ?? Number.POSITIVE_INFINITY))
                this.#slow += 1;
            const [seen, wanted] = [landingIn(answer.message.header('p-asserted-identity')), landingText(landing)];
            if (seen !== wanted)
                this.#failed(`landed at "${seen}" and not at "${wanted}"`);
            else if (hungUpBy === 'pbx')
                this.#failed('was hung up by the PBX');
            else
                this.#right += 1;
        }
    }
    #failed(why) {
        this.#wrong += 1;
        if (this.#samples.length < SAMPLES)
            this.#samples.push(why);
    }
    /** Whether the run cannot come out well any more. */
    get isHopeless() {
        const { giveUp, perSecond, seconds } = this.order;
        return giveUp !== undefined && this.#wrong + this.#slow > giveUp.share * perSecond * seconds;
    }
    report() {
        return {
            ...{ offered: this.#lateness.length, right: this.#right, wrong: this.#wrong, lost: this.#lost },
            ...{ wrongSamples: this.#samples, repeated: this.#repeated },
            ...{ latency_ms: spreadOf(this.#latency), lateness_ms: spreadOf(this.#lateness) },
        };
    }
}
/** The flow's context makes it the name of the connected line, which the PBX writes into the 200. */
function landingIn(identity) {
    return /^"([^"]*)"/.exec(identity)?.[1] ?? '';
}
//# sourceMappingURL=caller.js.map