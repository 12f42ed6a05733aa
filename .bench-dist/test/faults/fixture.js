import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Load, placed, userAgent } from '../support/calls.js';
import { isAlive } from '../support/child.js';
import { Lab } from '../support/lab.js';
import { countsOf } from './counts.js';
import { FLOW_FILES, flowContexts, GOOD } from './flow-files.js';
import { FaultyProxy } from './proxy.js';
const GONE_MS = 15_000;
const RECOVERY_MS = 30_000;
const FLOWS_FILE = 'faults.conf';
/** A private Asterisk, one or more instances of Doorman behind proxies that can fail, and callers. */
export class Fixture {
    options;
    parts;
    ari;
    ami;
    /** What the load consists of, each kind in its turn. */
    kinds = GOOD;
    load;
    #applications;
    /** Every instance that ran, the current ones at the end. */
    #instances = [];
    /** When Asterisk was last told to stop, and when it was gone. */
    wentDown;
    constructor(options, parts) {
        this.options = options;
        this.parts = parts;
        this.ari = parts.ari;
        this.ami = parts.ami;
        this.load = this.newLoad(options.perSecond);
        this.#applications = options.applications ?? ['doorman'];
    }
    /** Sets everything up and starts the instances; cleans up where that fails. */
    static async create(install, options) {
        const { flows = FLOW_FILES, applications = [], overrides } = options;
        const several = { DOORMAN_APPS: applications.join(','), DOORMAN_APP: applications[0] ?? '' };
        const lab = await Lab.start(install, {
            ...{ flows, isQuiet: true, dialplan: `#include "${FLOWS_FILE}"` },
            settings: applications.length > 1 ? several : {},
            overrides: { ...overrides, [FLOWS_FILE]: flowContexts() },
        });
        const { http, ami: manager } = lab.asterisk.ports;
        const [ari, ami] = [await FaultyProxy.open(http), await FaultyProxy.open(manager)];
        const caller = await userAgent(lab.asterisk, 'carrier-a');
        const fixture = new Fixture(options, { lab, caller, ari, ami });
        try {
            for (const application of fixture.#applications)
                await fixture.start(application);
            return fixture;
        }
        catch (error) {
            await fixture.close();
            throw error;
        }
    }
    get asterisk() {
        return this.parts.lab.asterisk;
    }
    /** The folder of the flow files. */
    get flows() {
        return this.parts.lab.flows;
    }
    /** The data folder of an instance. */
    data(application = 'doorman') {
        return join(this.asterisk.folder, `data-${application}`);
    }
    /** The instance that runs, or ran last, for an application. */
    doorman(application = 'doorman') {
        const last = this.#instances.findLast((one) => one.application === application);
        if (last === undefined)
            throw new Error(`No instance was started for the application ${application}.`);
        return last.doorman;
    }
    /** The decision records of all instances. */
    get records() {
        return this.#instances.flatMap(({ doorman }) => doorman.records);
    }
    /** The log lines of all instances. */
    get lines() {
        return this.#instances.flatMap(({ doorman }) => doorman.lines);
    }
    /** Processes that should run and do not: a sentence for each. */
    get casualties() {
        const instances = this.#applications.map((name) => [`The instance "${name}"`, this.doorman(name).pid]);
        const all = [['Asterisk', this.asterisk.pid], ...instances];
        return all.filter(([, pid]) => !isAlive(pid)).map(([name]) => `${name} has ended by itself`);
    }
    /** Starts an instance without waiting for its connections. */
    launch(application = 'doorman', settings = {}) {
        const data = this.data(application);
        mkdirSync(data, { recursive: true });
        const { isDirect = false, surroundings = {} } = this.options;
        const proxies = {
            DOORMAN_ARI_URL: `http://127.0.0.1:${this.ari.port}`,
            DOORMAN_AMI_PORT: String(this.ami.port),
        };
        const own = { DOORMAN_APP: application, DOORMAN_DATA: data, ...(isDirect ? {} : proxies) };
        const doorman = this.parts.lab.launch({ ...own, ...surroundings.settings, ...settings }, surroundings.through?.(data));
        this.#instances.push({ application, doorman });
        return doorman;
    }
    /** As a supervisor does; resolves when ARI and AMI are connected, unless its log goes to a file. */
    async start(application = 'doorman') {
        const doorman = this.launch(application);
        if (this.options.surroundings?.isLogInFile !== true)
            await doorman.connected();
    }
    /** Calls of the current kinds at a rate. */
    newLoad(perSecond, most) {
        return new Load((at) => this.#place(this.kinds[at % this.kinds.length]), perSecond, most);
    }
    async #place(kind, plan = kind.plan) {
        return { kind, call: await placed(this.parts.caller.call(plan), plan) };
    }
    /** Milliseconds until a good call of each kind was routed right; undefined where none was for 30 s. */
    async routesAgain() {
        const started = performance.now();
        while (performance.now() - started < RECOVERY_MS) {
            const tried = performance.now();
            const calls = GOOD.map((kind) => this.#place(kind, { ...kind.plan, hold_ms: 50, patience_ms: 3_000 }));
            if (countsOf(await Promise.all(calls)).routed === GOOD.length)
                return Math.round(tried - started);
            await sleep(250);
        }
        return undefined;
    }
    /** Asterisk refuses new calls, and ends after those that it has. */
    async stopGracefully() {
        const [from, { pid }] = [performance.now(), this.asterisk];
        // It may be gone before it has answered.
        await this.asterisk.cli('core stop gracefully').catch(() => undefined);
        for (let waited = 0; isAlive(pid); waited += 50) {
            if (waited > GONE_MS)
                throw new Error('Asterisk was still there long after "core stop gracefully"');
            await sleep(50);
        }
        this.wentDown = { from, to: performance.now() };
    }
    /** Takes contexts of flows out of the dialplan, or puts them back in. */
    async reloadDialplan(without = []) {
        writeFileSync(join(this.asterisk.folder, 'etc', FLOWS_FILE), flowContexts(without));
        await this.asterisk.cli('dialplan reload');
    }
    async close() {
        const { lab, caller } = this.parts;
        caller.close();
        this.ari.close();
        this.ami.close();
        await lab.stop();
    }
}
//# sourceMappingURL=fixture.js.map