import { setTimeout as sleep } from 'node:timers/promises';
import { lookForMarker } from '../asterisk/ami/dialplan.js';
import { withAmi } from '../asterisk/ami/session.js';
import { askVersion } from '../asterisk/ari/connection.js';
import { AriHttp } from '../asterisk/ari/http.js';
import { amiAccess, ariAccess } from '../settings/index.js';
/** The commands that make Asterisk read the files of a part again, and no others. */
export const RELOAD = {
    ari: ['module reload http', 'module reload res_ari.so'],
    ami: ['manager reload'],
    dialplan: ['dialplan reload'],
};
const TRIES = 10;
const PAUSE_MS = 200;
/** Reloads these parts, and says what all parts do then. */
export async function reload(parts, console, look) {
    for (const command of parts.flatMap((part) => RELOAD[part]))
        await console.command(command);
    // A server opens its port a moment after the command.
    for (let tried = 1;; tried++) {
        const states = await look();
        if (tried === TRIES || states.every(({ isRight }) => isRight))
            return states;
        await sleep(PAUSE_MS);
    }
}
/** Logs in with the settings, as Doorman does, and looks which dialplan runs. */
export async function lookAt(settings, dialplan) {
    const http = new AriHttp(ariAccess(settings));
    const ari = await state('ari', async () => {
        await askVersion(http, settings.DOORMAN_ARI_URL).finally(() => http.stop());
        return `${settings.DOORMAN_ARI_URL} accepts ${settings.DOORMAN_ARI_USERNAME}`;
    });
    let entry = { part: 'dialplan', says: 'cannot be seen without AMI', isRight: false };
    const ami = await state('ami', () => withAmi(amiAccess(settings), async (session) => {
        entry = await state('dialplan', async () => {
            const running = await lookForMarker(session, dialplan);
            if (running.state === 'current')
                return 'runs the contexts doorman, doorman-go and doorman-fallback';
            if (running.state === 'other')
                throw new Error('runs other contexts of these names: not those that were written');
            throw new Error(`does not have ${running.contexts.map((name) => `[${name}]`).join(', ')}`);
        });
        const { DOORMAN_AMI_HOST: host, DOORMAN_AMI_PORT: port, DOORMAN_AMI_USERNAME: user } = settings;
        return `${host}:${port} accepts ${user}`;
    }));
    return [ari, ami, entry];
}
async function state(part, work) {
    return work().then((says) => ({ part, says, isRight: true }), (error) => ({ part, says: error.message, isRight: false }));
}
//# sourceMappingURL=take-effect.js.map