import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startAsterisk } from './asterisk.js';
import { generatedDialplan, launchDoorman, settingsFor } from './doorman.js';
import { flowFolder } from './flow-folder.js';
import { repositoryFolder } from './lab-folder.js';
/** A private Asterisk with the dialplan that Doorman generates, flow files, and instances of Doorman beside it. */
export class Lab {
    asterisk;
    flows;
    settings;
    #instances = [];
    constructor(asterisk, 
    /** The folder of the flow files. */
    flows, settings) {
        this.asterisk = asterisk;
        this.flows = flows;
        this.settings = settings;
    }
    /** Starts Asterisk, and no Doorman. */
    static async start(install, options) {
        const { dialplan = '', settings = {}, overrides = {}, isQuiet = false, isDialplanAlone = false } = options;
        const own = options.flows === undefined ? undefined : flowFolder(options.flows).path;
        const flows = own ?? join(repositoryFolder(), 'flows');
        const text = generatedDialplan(flows, settings);
        const asterisk = await startAsterisk(install, {
            ...{ generatedDialplan: options.editDialplan?.(text) ?? text, extraDialplan: dialplan },
            ...{ isDialplanAlone, overrides, isQuiet },
            leftovers: own === undefined ? [] : [own],
        });
        return new Lab(asterisk, flows, settings);
    }
    /**
     * Starts an instance without waiting for anything.
     * @param through a command that runs the one behind it
     */
    launch(settings = {}, through) {
        const own = { ...settingsFor(this.asterisk), DOORMAN_FLOWS: this.flows, ...this.settings };
        const doorman = launchDoorman({ ...own, ...settings }, through);
        this.#instances.push(doorman);
        return doorman;
    }
    /** Starts an instance, and resolves when it is connected. */
    async startDoorman(settings = {}) {
        const doorman = this.launch(settings);
        await doorman.connected();
        return doorman;
    }
    /** Stops all instances, also those that are stopped by SIGSTOP. */
    async stopDoorman() {
        for (const doorman of this.#instances.splice(0)) {
            doorman.signal('SIGCONT');
            await doorman.stop();
        }
    }
    /** Writes a flow file as a careful editor does: whole, under its name in one step. */
    put(name, text) {
        const beside = join(this.flows, `.${name}.new`);
        writeFileSync(beside, text);
        renameSync(beside, join(this.flows, name));
    }
    async stop() {
        await this.stopDoorman();
        await this.asterisk.stop();
    }
}
//# sourceMappingURL=lab.js.map