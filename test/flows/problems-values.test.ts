import { describeProblems } from './problem-table.js'
import { routing } from './temp-folder.js'

const RULE_END = '    goto: main'

describeProblems('problems in numbers, state and headers', [
  [
    'a prefix without a plus',
    routing('rules:', '  - when: { callee: "555*" }', RULE_END),
    [
      'routing.yaml:2:21: "555*" is no prefix: write + and the country code first and * at the end, as in "+1555*"',
    ],
  ],
  [
    'a prefix among VIP numbers',
    routing('vip: { numbers: ["+1555*"] }'),
    [
      'routing.yaml:1:18: "+1555*" is a prefix, and VIP numbers are whole numbers; use a rule with "caller" for it',
    ],
  ],
  [
    'a number in scientific notation',
    routing('vip: { numbers: [1e5] }'),
    ['routing.yaml:1:18: item 1 of "numbers" must be a text, not a number; put it in quotes'],
  ],
  [
    'a number that is a fraction',
    routing('rules:', '  - when: { caller: 555.1234 }', RULE_END),
    [
      'routing.yaml:2:21: write a number in quotes, a prefix such as "+1555*", a list of them, or { file: numbers.csv }',
    ],
  ],
  [
    'a star without quotes',
    routing('rules:', '  - when:', '      callee: *98', RULE_END),
    ['routing.yaml:3:15: a text that begins with * must stand in quotes: "*98"'],
  ],
  [
    'a value that refers to itself',
    routing('rules: &a', '  - when: { all: [*a] }', RULE_END),
    ['routing.yaml:2:19: *a stands inside of what it refers to, which has no end'],
  ],
  [
    'a key of state with a dash',
    routing('branches:', '  A: { default: true, state: { a-b: 1 } }'),
    [
      'routing.yaml:2:32: "a-b": a key of state becomes a dialplan variable: it begins with a letter or _ and goes on with letters, digits and _',
    ],
  ],
  [
    'a key of state that is reserved',
    routing('rules:', '  - { goto: main, state: { STATE_12: x } }'),
    [
      'routing.yaml:2:28: "STATE_12": this key is reserved: CONV_STATE holds the whole state; choose another name',
    ],
  ],
  [
    'a number in state that loses its plus',
    routing('rules:', '  - { goto: main, state: { to: +15551234567 } }'),
    ['routing.yaml:2:32: put +15551234567 in quotes: as a number it would become 15551234567'],
  ],
  [
    'a number in state that loses its zeros',
    routing('rules:', '  - { goto: main, state: { to: { code: 0042 } } }'),
    ['routing.yaml:2:40: put 0042 in quotes: as a number it would become 42'],
  ],
  [
    'a key called __proto__',
    routing('rules:', '  - { goto: main, state: { __proto__: { a: 1 } } }'),
    ['routing.yaml:2:28: "__proto__" can\'t be a name here'],
  ],
  [
    'a placeholder that means nothing',
    routing('rules:', '  - { goto: main, state: { a: { b: ["{caller.nam}"] } } }'),
    ['routing.yaml:2:37: {caller.nam} …'],
  ],
  [
    'a placeholder with a dangerous header',
    routing('rules:', '  - { goto: main, state: { a: "{header.X)$(A}" } }'),
    ['routing.yaml:2:31: {header.X)$(A}: a header name has letters, digits, - _ and . only'],
  ],
  [
    'a header twice among VIP headers',
    routing('vip:', '  headers:', '    X-VIP: gold', '    x-vip: silver'),
    ['routing.yaml:4:5: the header x-vip stands here twice; join the two lists'],
  ],
])
