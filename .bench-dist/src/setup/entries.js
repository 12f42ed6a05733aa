import { readConfig } from './asterisk-config.js';
import { textOf } from './files.js';
import { blockOf } from './marked-block.js';
const ENTRY = 'from-doorman-trunk';
const FROM_PSTN = 'from-pstn';
/** PJSIP's own, where there is no trunk to tell. */
const DEFAULT_CONTEXT = 'default';
/** What `Set(DOORMAN_FALLBACK=…)` may name. */
const CLEAN = /^[0-9A-Za-z+*#._-]+$/;
/** The entries for the contexts of all trunks; those that are there already stay as they are. */
export function entriesFor(findings) {
    const entries = [...existingEntries(findings)];
    const contexts = findings.endpoints.filter(({ isTrunk }) => isTrunk).map(({ context }) => context);
    const isKnown = (context) => entries.some(({ name, before }) => name === context || before === context);
    const add = (before) => {
        const isFirst = entries.every(({ name }) => name !== ENTRY);
        if (!isKnown(before))
            entries.push({ name: isFirst ? ENTRY : `${ENTRY}-${before}`, before });
    };
    for (const context of contexts.filter((context) => CLEAN.test(context)))
        add(context);
    if (entries.length === 0)
        add(findings.isFreePbx ? FROM_PSTN : DEFAULT_CONTEXT);
    return entries;
}
/** Where the calls of a context went before a trunk was pointed at Doorman. */
export function contextBefore(entries, context) {
    return entries.find(({ name }) => name === context)?.before ?? context;
}
/** The entries in the block of extensions.conf. */
export function existingEntries({ targets }) {
    const { state } = targets['extensions.conf'];
    const block = blockOf(state === undefined ? '' : textOf(state.content));
    const { sections } = readConfig('block', { read: () => block, matching: () => [] });
    return sections.flatMap(({ name, options }) => {
        const set = options.map(({ value }) => /Set\(DOORMAN_FALLBACK=([^,]+),/.exec(value)?.[1]);
        const before = set.find((context) => context !== undefined);
        return before === undefined ? [] : [{ name, before }];
    });
}
/** Numbers, names, and calls without either; nothing of the caller's text is in a destination. */
const PATTERNS = ['_[+*#0-9]!', '_[A-Za-z].', 's'];
/** The dialplan of an entry. */
export function entryLines({ name, before }) {
    return [
        `; Without Doorman its calls go on in [${before}].`,
        `[${name}]`,
        ...PATTERNS.flatMap((pattern) => [
            `exten => ${pattern},1,Set(DOORMAN_FALLBACK=${before},dialled,1)`,
            ' same => n,Goto(doorman,,1)',
        ]),
    ];
}
//# sourceMappingURL=entries.js.map