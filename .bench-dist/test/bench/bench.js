import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { startController } from './controllers.js';
import { cpuMs, rssMb } from './process-cost.js';
import { trunkAddress } from './systems.js';
export const STAGES = ['read', 'decide', 'write', 'continue'];
const COLD = { perSecond: 100, seconds: 5 };
const WARM_UP_RATE = 200;
/** After a restart within the turn. */
const WARM_UP_AGAIN_SECONDS = 10;
/** A run is given up when one call in fifty is wrong or takes over a second. */
const GIVE_UP = { share: 0.02, slow_ms: 1_000 };
const KNEE_P99_MS = 50;
const KNEE_GIVE_UP = { share: 0.01, slow_ms: KNEE_P99_MS };
/** Which systems have a turn in the first round only. */
const ONCE = ['passage_ami', 'doorman_own'];
/** In each round every system has a turn: the first 500 calls, a warm-up, 100 calls a second, the knee. */
export async function runBench(parts) {
    const { options, say } = parts;
    const found = { measured: [], knees: new Map(), records: { calls: 0, routed: 0 }, stages: [] };
    for (let round = 1; round <= options.rounds; round++) {
        for (const system of options.systems) {
            if (round > 1 && ONCE.includes(system))
                continue;
            say(`Round ${round} of ${options.rounds}: ${system}`);
            await new Turn(system, parts, found).run(round === 1 && !ONCE.includes(system));
        }
    }
    return found;
}
let runs = 0;
/** The turn of one system: its controller runs, the others do not. */
class Turn {
    system;
    parts;
    found;
    #controller;
    constructor(system, parts, found) {
        this.system = system;
        this.parts = parts;
        this.found = found;
    }
    async run(hasOtherRates) {
        const { options } = this.parts;
        const { otherRates, otherSeconds, seconds } = options;
        await this.#begin();
        try {
            this.#keep({ ...(await this.#measure(COLD)), isCold: true });
            await this.#warmUp(options.warmUpSeconds);
            this.#keep(await this.#measure({ perSecond: 100, seconds, giveUp: GIVE_UP }));
            for (const perSecond of hasOtherRates ? otherRates : []) {
                const measured = await this.#measure({ perSecond, seconds: otherSeconds, giveUp: GIVE_UP });
                this.#keep(measured);
                if (!isClean(measured))
                    await this.#renew();
            }
            if (options.kneeOf.includes(this.system))
                await this.#knee();
        }
        finally {
            await this.#end();
        }
    }
    /** Restarts Asterisk and starts the controller. */
    async #begin() {
        await this.parts.fixture.renew(this.system);
        this.#controller = await startController(this.system, this.parts.fixture);
    }
    async #end() {
        await this.parts.fixture.settle();
        await this.#controller?.stop();
        if (this.#controller?.log !== undefined)
            await this.#readLog(this.#controller.log);
    }
    /** Restarts Asterisk and the controller after an overload, in which requests may have been lost. */
    async #renew() {
        await this.#end();
        await this.#begin();
        await this.#warmUp(WARM_UP_AGAIN_SECONDS);
    }
    async #warmUp(seconds) {
        await this.#measure({ perSecond: WARM_UP_RATE, seconds });
    }
    async #measure(rate) {
        const { system } = this;
        const { fixture, caller } = this.parts;
        const pids = { asterisk: fixture.asterisk.pid, controller: this.#controller?.pid };
        const before = { asterisk: cpuMs(pids.asterisk), controller: cpuMs(pids.controller) };
        const report = await caller.run({
            ...{ ...rate, name: `bench-${process.pid}-${++runs}`, from: trunkAddress(system) },
            ...{ sipPort: fixture.asterisk.ports.sip, vips: fixture.vips },
        });
        if (isDoorman(system))
            this.found.records.calls += report.right;
        return {
            ...{ ...report, system, perSecond: rate.perSecond, isCold: false },
            asterisk_cpu_ms: (cpuMs(pids.asterisk) - before.asterisk) / report.offered,
            controller_cpu_ms: (cpuMs(pids.controller) - before.controller) / report.offered,
            asterisk_rss_mb: rssMb(pids.asterisk),
            controller_rss_mb: rssMb(pids.controller),
        };
    }
    async #knee() {
        const { options, near, say } = this.parts;
        const hold = async (perSecond) => {
            const measured = await this.#measure({ perSecond, seconds: options.kneeSeconds, giveUp: KNEE_GIVE_UP });
            const hasHeld = isClean(measured) && measured.latency_ms.p99 < KNEE_P99_MS;
            say(`  ${hasHeld ? 'held' : 'did not hold'}: ${lineOf(measured)}`);
            return hasHeld;
        };
        const knee = await findKnee(near(this.system), { hold, renew: () => this.#renew() });
        this.found.knees.set(this.system, [...(this.found.knees.get(this.system) ?? []), knee]);
    }
    #keep(measured) {
        this.found.measured.push(measured);
        this.parts.say(`  ${measured.isCold ? 'cold, ' : ''}${lineOf(measured)}`);
    }
    /** Line by line: the log of a turn may be longer than a string can be. */
    async #readLog(file) {
        const { system, found } = this;
        for await (const line of createInterface({ input: createReadStream(file) })) {
            const stages = isDoorman(system) ? stagesOf(line) : undefined;
            if (stages !== undefined)
                found.records.routed += 1;
            if (stages !== undefined && system === 'doorman')
                found.stages.push(stages);
            if (!system.startsWith('doorman') && line !== 'ready')
                this.parts.say(`  it wrote: ${line}`);
        }
    }
}
const ROUTED = /"event":"decision".*"outcome":"routed"/;
/** The stages of a routed call by its line in Doorman's log; undefined for any other line. */
function stagesOf(line) {
    return ROUTED.test(line) ? JSON.parse(line).ms : undefined;
}
function isDoorman(system) {
    return system === 'doorman' || system === 'doorman_own';
}
/** Whether every call had the right result. */
function isClean({ wrong, lost, isGivenUp }) {
    return wrong === 0 && lost === 0 && !isGivenUp;
}
function lineOf(measured) {
    const { offered, right, wrong, lost, repeated, perSecond } = measured;
    const { p50, p90, p99, max } = measured.latency_ms;
    const ms = [p50, p90, p99, max].map((value) => value.toFixed(2)).join(' / ');
    const cpu = `CPU ${measured.asterisk_cpu_ms.toFixed(2)} + ${measured.controller_cpu_ms.toFixed(2)} ms`;
    const failed = wrong + lost > 0 ? `, ${wrong} wrong, ${lost} lost ${measured.wrongSamples[0] ?? ''}` : '';
    const late = `caller ${measured.lateness_ms.p99.toFixed(1)} ms late at p99`;
    return `${perSecond}/s: ${ms} ms, ${cpu}, ${right} of ${offered} right${failed}, ${repeated} repeated, ${late}`;
}
const [LOWEST, HIGHEST] = [50, 3_000];
/**
 * The knee: the highest rate that held before the first that did not, 5 % above. Each turn of a system has one such
 * search; the median of the turns counts. 0 where no rate held.
 */
export async function findKnee(near, { hold, renew }) {
    // Rates are multiples of five. The search begins below the knee of an earlier run.
    const tidy = (rate) => Math.round(rate / 5) * 5;
    let rate = tidy(near * 0.8);
    while (!(await hold(rate))) {
        rate = tidy(rate * 0.75);
        if (rate < LOWEST)
            return 0;
        await renew();
    }
    for (;;) {
        const next = Math.max(rate + 5, tidy(rate * 1.05));
        if (next > HIGHEST || !(await hold(next)))
            return rate;
        rate = next;
    }
}
//# sourceMappingURL=bench.js.map