import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryFolder } from '../support/lab-folder.js';
/** A lone continuation, a lead without one, an overlong slash, a surrogate, one beyond U+10FFFF: no UTF-8. */
const BROKEN = ['80', 'c328', 'c0af', 'eda080', 'f5808080', 'fffefd', 'ff'].map((hex) => Buffer.from(hex, 'hex'));
/** Characters that mean something to Asterisk's parsers, and bytes that are no UTF-8. */
const SIGNS = [...[...')(:,;${}[]"\\&|\'%*=~'].map(bytes), ...BROKEN];
/** What an attack begins with, to look honest. */
const LEADS = {
    number: ['1', '2000', '+15557654321', 'sales', '*55', '#1', '5550001111'],
    value: ['gold', '90001', '<sip:+15551234567@x>', '"<sip:+15551234567@x>', 'sip:ceo@x', '+15551234567', ''],
};
/** What ends a function, an argument or an expression early. */
const BREAKS = '):0:0, ):0:0 ) ):3 ):0:4 )} )}) , ", "] ] } & :0:4) \\, "|"1'.split(' ');
const TAILS = ['', ...') ,X= } ] " ,1 ( : ;x \' ~ %41'.split(' '), ' x'];
/** What would then be done: each leaves something behind that holds the mark, or comes into the context canary. */
const ACTIONS = `FILE(/tmp/MARK)=x
DOORMAN_FALLBACK=canary\\,s\\,1
CHANNEL(hangup_handler_push)=canary\\,s\\,1
MARK=1
GLOBAL(MARK)=1
\${SHELL(touch /tmp/MARK)}
DOORMAN_VIP=1
=canary,s,1
canary,s,1
doorman-go,=canary,s,1
$[\${SHELL(touch /tmp/MARK)}]
System(touch /tmp/MARK)
\${SET(MARK=1)}
\`touch /tmp/MARK\`
TIMEOUT(absolute)=0
DB(MARK/1)=1
1+1`.split('\n');
function bytes(text) {
    return Buffer.from(text);
}
/**
 * Texts of the grammar lead · break · action · tail, and of signs and broken bytes in disorder between a lead and a
 * tail. Leads, breaks and actions take turns, so that few texts have each of them.
 *
 * @param mark is in whatever an attack would leave behind; short, since Asterisk cuts dialled numbers at 79 bytes.
 */
export function attackTexts(random, mark, kind, count) {
    const inTurn = (list, at) => bytes(list[at % list.length] ?? '');
    const signs = (most) => Array.from({ length: 1 + random.below(most) }, () => random.pick(SIGNS));
    return Array.from({ length: count }, (_, at) => {
        const action = bytes((ACTIONS[at % ACTIONS.length] ?? '').replaceAll('MARK', mark));
        const ordered = at % 3 === 0 ? [inTurn(BREAKS, at / 3), action] : [...signs(5), ...(at % 3 === 1 ? [action] : [])];
        const last = SIGNS[at % SIGNS.length] ?? SIGNS[0];
        return Buffer.concat([inTurn(LEADS[kind], at), ...ordered, bytes(random.pick(TAILS)), last]);
    });
}
/**
 * Texts that do harm wherever somebody evaluates, splits or prints them without care. Those that would leave a trace
 * leave it in a file whose name holds the mark, so that one search tells whether any of them ever worked.
 */
export function payloads(folder, mark) {
    const file = join(repositoryFolder(), 'test/hostile/payloads.json');
    const texts = JSON.parse(readFileSync(file, 'utf8'));
    const marked = texts.map((text) => text.replaceAll('FILE', `${folder}/${mark}`).replaceAll('MARK', mark));
    return [...marked.map(bytes), ...BROKEN];
}
//# sourceMappingURL=texts.js.map