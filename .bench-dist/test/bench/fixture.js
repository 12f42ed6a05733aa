import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { AmiConnection } from '../support/ami-connection.js';
import { startAsterisk } from '../support/asterisk.js';
import { DOORMAN, generatedDialplan } from '../support/doorman.js';
import { flowFolder } from '../support/flow-folder.js';
import { freePort } from '../support/free-ports.js';
import { asteriskRoot } from '../support/roots.js';
import { doormanBefore } from './before.js';
import { vipNumbers } from './calls.js';
import { benchDialplan, benchTrunks, VIP_FAMILY } from './dialplan.js';
import { benchFlowFiles, OWN_STATE } from './flow-files.js';
/** What all systems share: one private Asterisk, and the flow files. */
export class Fixture {
    asterisk;
    agiPort;
    vips;
    flows;
    before;
    say;
    constructor(asterisk, agiPort, vips, 
    /** By state: without, and different for each call. */
    flows, before, say) {
        this.asterisk = asterisk;
        this.agiPort = agiPort;
        this.vips = vips;
        this.flows = flows;
        this.before = before;
        this.say = say;
    }
    static async create(options, say) {
        const { rules, vips, systems } = options;
        const before = systems.includes('doorman_before') ? doormanBefore(say) : undefined;
        const install = await asteriskRoot('forky', say);
        const flowsWith = (state) => flowFolder(benchFlowFiles(rules, vips, state)).path;
        const flows = [flowsWith({}), flowsWith(OWN_STATE)];
        const agiPort = await freePort('tcp');
        const asterisk = await startAsterisk(install, {
            ...{ extraDialplan: benchDialplan(agiPort), isQuiet: true, leftovers: flows },
            overrides: { 'pjsip.conf': benchTrunks(), 'modules.conf': 'load = res_speech.so\nload = res_agi.so' },
        });
        try {
            await fillVips(asterisk, vips);
        }
        catch (error) {
            await asterisk.stop();
            throw error;
        }
        return new Fixture(asterisk, agiPort, vips, flows, before, say);
    }
    flowsOf(system) {
        return this.flows[system === 'doorman_own' ? 1 : 0];
    }
    /** The command line of Doorman, or of the one of an earlier commit. */
    doormanOf(system) {
        return system === 'doorman_before' ? (this.before ?? []) : DOORMAN;
    }
    /**
     * Restarts Asterisk with the dialplan that this system's Doorman generates. Each turn begins so: for half a minute
     * after an overload Asterisk keeps transactions and takes twice as long for a call.
     */
    async renew(system) {
        const text = generatedDialplan(this.flowsOf(system), {}, this.doormanOf(system));
        writeFileSync(join(this.asterisk.folder, 'etc/extensions_doorman.conf'), text);
        await this.asterisk.restart();
    }
    /** Waits until Asterisk has no channel; restarts it where some stay or where it has died. */
    async settle() {
        for (const start = Date.now(); Date.now() - start < SETTLE_MS; await sleep(500)) {
            const channels = await this.asterisk.cli('core show channels count').catch(() => 'no answer');
            if (/^0 active channels/m.test(channels))
                return;
        }
        this.say('  Asterisk kept channels or died; it is restarted');
        await this.asterisk.restart();
    }
    stop() {
        return this.asterisk.stop();
    }
}
const SETTLE_MS = 10_000;
const AT_ONCE = 200;
/** The dialplan by hand keeps its VIP numbers in Asterisk's own database. */
async function fillVips(asterisk, vips) {
    const line = await AmiConnection.open(asterisk.observer.ami);
    const numbers = vipNumbers(vips);
    const put = (number) => line.send({ Action: 'DBPut', Family: VIP_FAMILY, Key: number, Val: '1' });
    try {
        for (let at = 0; at < numbers.length; at += AT_ONCE)
            await Promise.all(numbers.slice(at, at + AT_ONCE).map(put));
    }
    finally {
        line.close();
    }
}
//# sourceMappingURL=fixture.js.map