import { closeSync, openSync } from 'node:fs';
import { userInfo } from 'node:os';
/** Where `doorman setup` and the package put the settings of the installed instance. */
const INSTALLED = '/etc/doorman/settings.env';
/** The settings file: the one of `--settings`, else of `DOORMAN_SETTINGS`, else that of the installed instance. */
export function findSettings(option, env, installed = INSTALLED) {
    if (option !== undefined)
        return { file: option, note: undefined };
    const named = env.DOORMAN_SETTINGS;
    if (named)
        return { file: named, note: `Settings: ${named} (DOORMAN_SETTINGS)` };
    try {
        closeSync(openSync(installed, 'r'));
        return { file: installed, note: `Settings: ${installed}` };
    }
    catch (error) {
        const { code } = error;
        if (code === 'ENOENT' || code === 'ENOTDIR')
            return { file: undefined, note: undefined };
        const why = `${installed} cannot be read by the user ${userInfo().username} (${code})`;
        return { file: undefined, note: `Note: ${why}, so it is not used. Run the command with sudo.` };
    }
}
//# sourceMappingURL=find.js.map