import { describeProblems } from './problem-table.js'
import { routing } from './temp-folder.js'

const RULE_END = '    goto: main'

describeProblems('problems in the shape of routing.yaml', [
  [
    'an empty file',
    { 'routing.yaml': '' },
    ['routing.yaml:1:1: this file must be a map of keys; the least is "flows" and "otherwise"'],
  ],
  [
    'a list instead of a map',
    { 'routing.yaml': '- a\n' },
    ['routing.yaml:1:1: this file must be a map of keys; the least is "flows" and "otherwise"'],
  ],
  [
    'bytes that are not UTF-8',
    { 'routing.yaml': Buffer.from([0x61, 0x3a, 0xff]) },
    ['routing.yaml:1:1: this file is not UTF-8 text; save it as UTF-8'],
  ],
  [
    'a bracket that is not closed',
    { 'routing.yaml': 'trunks: {\nflows: 1\n' },
    [
      'routing.yaml:2:1: this is not YAML: Flow map in block collection must be sufficiently indented and end with a }',
    ],
  ],
  [
    'a second document',
    { 'routing.yaml': 'flows: {}\n---\nflows: {}\n' },
    ['routing.yaml:2:1: a second document begins here; keep one of them and take this --- out'],
  ],
  ['a key that is a map', routing('? { a: 1 }', ': 2'), ['routing.yaml:1:3: a key must be a plain text']],
  [
    'a branch that is no map',
    routing('branches: { A: 5 }'),
    ['routing.yaml:1:16: "A" must be a map of keys, not a text'],
  ],
  [
    'aliases that would fill the memory',
    {
      'routing.yaml': [
        'a: &a [x,x,x,x,x,x,x]',
        'b: &b [*a,*a,*a,*a,*a,*a,*a,*a]',
        'c: &c [*b,*b,*b,*b,*b,*b,*b,*b]',
        'd: [*c,*c,*c,*c]',
      ].join('\n'),
    },
    [
      "routing.yaml:1:1: this file can't be read: Excessive alias count indicates a resource exhaustion attack",
    ],
  ],
  [
    'a tab for indentation',
    { 'routing.yaml': 'flows:\n\tmain: x\n' },
    ['routing.yaml:2:1: this is not YAML: Tabs are not allowed as indentation'],
  ],
  [
    'a key that stands twice',
    routing('default_country: US', 'default_country: DE'),
    ['routing.yaml:2:1: this key stands here twice; keep one of them'],
  ],
  [
    'an unknown key at the top',
    routing('defaultcountry: US'),
    ['routing.yaml:1:1: unknown key "defaultcountry"; did you mean "default_country"?'],
  ],
  [
    'an unknown key in a rule',
    routing('rules:', '  - when: { vip: true }', '    got: main', RULE_END),
    ['routing.yaml:3:5: unknown key "got"; did you mean "goto"?'],
  ],
  [
    'two unknown keys in one map',
    routing('vip: { number: [], file: [] }'),
    [
      'routing.yaml:1:8: unknown key "number"; did you mean "numbers"?',
      'routing.yaml:1:20: unknown key "file"; did you mean "files"?',
    ],
  ],
  [
    'nothing but an empty map',
    { 'routing.yaml': '{}\n' },
    [
      'routing.yaml:1:1: the key "flows" is missing here',
      'routing.yaml:1:1: the key "otherwise" is missing here',
    ],
  ],
  [
    'a flow without context',
    { 'routing.yaml': 'flows:\n  main: { extension: s }\notherwise: main\n' },
    ['routing.yaml:2:9: the key "context" is missing here'],
  ],
  [
    'a country that does not exist',
    routing('default_country: UK'),
    [
      'routing.yaml:1:18: default_country must be a country code of two capital letters (ISO 3166), such as US, GB or DE',
    ],
  ],
  [
    'a country in small letters',
    routing('default_country: us'),
    [
      'routing.yaml:1:18: default_country must be a country code of two capital letters (ISO 3166), such as US, GB or DE',
    ],
  ],
  [
    'a text for true',
    routing('rules:', '  - when: { vip: yes }', RULE_END),
    ['routing.yaml:2:18: "vip" must be true or false, not a text'],
  ],
  ['an empty value', routing('vip:'), ['routing.yaml:1:5: "vip" must be a map of keys, not empty']],
  [
    'a map where a list is meant',
    routing('rules: { when: { vip: true } }'),
    ['routing.yaml:1:8: "rules" must be a list, not a map of keys'],
  ],
  [
    'a name of a flow with a space',
    { 'routing.yaml': 'flows: { my flow: { context: a } }\notherwise: my flow\n' },
    [
      'routing.yaml:1:10: "my flow": a flow name begins with a letter or _ and goes on with letters, digits, _ and -',
    ],
  ],
  [
    'a context with a comma',
    { 'routing.yaml': 'flows: { main: { context: "a,s,1" } }\notherwise: main\n' },
    ['routing.yaml:1:27: a dialplan context has letters, digits, _ and - only'],
  ],
  [
    'an extension with a bracket',
    { 'routing.yaml': 'flows: { main: { context: a, extension: "a[b]" } }\notherwise: main\n' },
    ['routing.yaml:1:41: a dialplan extension has letters, digits and _ - * # + . only'],
  ],
  [
    'a priority that is a label',
    { 'routing.yaml': 'flows: { main: { context: a, priority: go } }\notherwise: main\n' },
    ['routing.yaml:1:40: "priority" must be a number, not a text'],
  ],
  [
    'a priority of 0',
    { 'routing.yaml': 'flows: { main: { context: a, priority: 0 } }\notherwise: main\n' },
    ['routing.yaml:1:40: a dialplan priority counts from 1'],
  ],
  [
    'a context that Asterisk would cut',
    {
      'routing.yaml': `flows: { main: { context: ${'c'.repeat(60)}, extension: dialled, priority: 9999 } }\notherwise: main\n`,
    },
    [
      'routing.yaml:1:27: context, extension and priority have 71 characters together, and Asterisk carries at most 70; choose a shorter context',
    ],
  ],
])
