import { optionOf } from './asterisk-config.js';
/** PJSIP's own default. */
const DEFAULT_CONTEXT = 'default';
const namesIn = (text) => (text ?? '').split(',').flatMap((name) => name.trim() || []);
/** The endpoints of pjsip.conf and pjsip_wizard.conf, in their order. */
export function endpointsIn(pjsip, wizard) {
    const ofType = (type) => pjsip.sections.filter((section) => !section.isTemplate && optionOf(section, 'type') === type);
    const identified = new Set(ofType('identify').flatMap((section) => optionOf(section, 'endpoint') ?? []));
    const aors = ofType('aor');
    const hasContact = (name) => aors.some((aor) => aor.name === name && optionOf(aor, 'contact') !== undefined);
    const plain = ofType('endpoint').map((section) => {
        const isTrunk = identified.has(section.name) ||
            optionOf(section, 'outbound_auth') !== undefined ||
            namesIn(optionOf(section, 'aors')).some(hasContact);
        return endpoint(section, optionOf(section, 'context'), isTrunk);
    });
    const wizards = wizard.sections.filter((section) => !section.isTemplate && optionOf(section, 'type') === 'wizard');
    return [
        ...plain,
        ...wizards.map((section) => endpoint(section, optionOf(section, 'endpoint/context'), optionOf(section, 'remote_hosts') !== undefined)),
    ];
}
function endpoint({ name, file, line }, context, isTrunk) {
    return { name, context: context ?? DEFAULT_CONTEXT, isTrunk, where: `${file}:${line}` };
}
/** The names in the answer to `pjsip show endpoints`. */
export function endpointNames(answer) {
    return [...answer.matchAll(/^ *Endpoint: +([^\s/<]+)/gm)].map(([, name = '']) => name);
}
/** The endpoint in the answer to `pjsip show endpoint NAME`. */
export function endpointShown(name, answer) {
    const context = /^ *context +: (\S+)/m.exec(answer)?.[1] ?? DEFAULT_CONTEXT;
    return { name, context, isTrunk: /^ *(Identify|OutAuth):/m.test(answer) };
}
//# sourceMappingURL=endpoints.js.map