const ROUTING = `
default_country: US
trunks: { carrier-a: { trust: [caller_number, X-Account] } }
vip: { numbers: ["+15551234567"] }
flows:
  one: { context: faults-one }
  two: { context: faults-two }
  three: { context: faults-three }
  last: { context: faults-last }
  loop: { context: faults-loop }
rules:
  - { name: VIP callers, when: { vip: true }, goto: one, state: { greeting: Welcome back } }
  - { name: Old accounts, when: { header: { X-Account: { matches: "^9[0-9]{4}$" } } }, goto: two }
  - { name: Code, when: { callee: "+15557650000" }, run: code.ts }
  - { name: Loop, when: { callee: ["+15557651111", "+15557652222"] }, goto: loop }
otherwise: last
`;
/** A function that does right unless the call's X-Mode says otherwise. */
const CODE = `import type { Conversation } from 'asterisk-doorman'

export default function code(conv: Conversation) {
  const mode = conv.sipHeaders.get('X-Mode')
  if (mode === 'bad') throw new Error('This function is broken.')
  while (mode === 'endless') conv.state.laps = 1
  conv.state.branch = 'North Branch'
  conv.gotoFlow('three')
}
`;
export const FLOW_FILES = { 'routing.yaml': ROUTING, 'code.ts': CODE };
/** The same, with a function whose state is too long for a shared variable set: its calls always need AMI. */
export const AMPLE_FLOW_FILES = {
    ...FLOW_FILES,
    'code.ts': CODE.replace('conv.gotoFlow', "conv.state.history = 'long '.repeat(1_000)\n  conv.gotoFlow"),
};
/** Every context has a final answer of its own, so that the caller knows where its call went. */
export const ANSWER_OF = { one: 200, two: 486, three: 484, last: 410, loop: 480 };
/** Hangup causes of ITU-T Q.850 that Asterisk answers with 486, 484, 410 and 480, before the call is answered. */
const CONTEXTS = {
    // Longer than the time limit of the entry: a call that still had it would be cut short.
    one: ['exten => s,1,Answer()', ' same => n,Wait(20)', ' same => n,Hangup()'],
    two: ['exten => s,1,Hangup(17)'],
    three: ['exten => s,1,Hangup(28)'],
    last: ['exten => s,1,Hangup(22)'],
    loop: ['exten => s,1,Goto(doorman,s,1)'],
};
/** For one dialled number the fallback leads back into Doorman as well. */
const LOOPING_FALLBACK = `[from-trunk](+)
exten => 5557652222,1,Set(DOORMAN_FALLBACK=faults-loop,s,1)
 same => n,Goto(doorman,,1)
`;
/** The contexts of the flows; those in `without` are missing. */
export function flowContexts(without = []) {
    const contexts = Object.entries(CONTEXTS)
        .filter(([name]) => !without.includes(name))
        .map(([name, steps]) => [`[faults-${name}]`, ...steps, ''].join('\n'));
    return [...contexts, LOOPING_FALLBACK].join('\n');
}
const OTHER = '+15559990000';
/** Rules, headers and code: good calls of each kind in turn. */
export const GOOD = [
    { name: 'VIP', flow: 'one', plan: { from: '+15551234567', to: '5550000001', hold_ms: 2_300 } },
    {
        name: 'account',
        flow: 'two',
        plan: { from: OTHER, to: '5550000001', headers: [['X-Account', '91234']] },
    },
    { name: 'code', flow: 'three', plan: { from: OTHER, to: '5557650000' } },
];
/** Calls of which the function fails: the right place for them is `otherwise`. */
export const failing = (mode) => {
    const plan = { from: OTHER, to: '5557650000', headers: [['X-Mode', mode]] };
    return { name: `${mode} code`, flow: 'last', plan };
};
const loop = {
    name: 'loop',
    flow: 'last',
    plan: { from: OTHER, to: '5557651111', patience_ms: 30_000 },
};
/** Calls that loop until the fallback takes them; every tenth loops in the fallback, too, until it is ended. */
export const LOOPING = [
    ...Array(9).fill(loop),
    { name: 'loop in the fallback', flow: 'loop', plan: { ...loop.plan, to: '5557652222' } },
];
//# sourceMappingURL=flow-files.js.map