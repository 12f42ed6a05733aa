import { describeProblems } from './problem-table.js'
import { routing } from './temp-folder.js'

const RULE_END = '    goto: main'

describeProblems('problems in the files that routing.yaml names', [
  [
    'a file that does not exist',
    routing('vip: { files: [vip.csv] }'),
    ['routing.yaml:1:16: there is no file "vip.csv" in the flows folder'],
  ],
  [
    'a file outside of the folder',
    routing('vip: { files: [../vips.csv, /etc/passwd, "C:\\\\x.csv"] }'),
    [
      'routing.yaml:1:16: "../vips.csv" is outside of the flows folder; put the file into the folder and name it relative to it',
      'routing.yaml:1:29: "/etc/passwd" is outside of the flows folder; put the file into the folder and name it relative to it',
      'routing.yaml:1:42: "C:\\x.csv" is outside of the flows folder; put the file into the folder and name it relative to it',
    ],
  ],
  [
    'a folder instead of a file',
    { ...routing('vip: { files: [sub] }'), 'sub/x.csv': '' },
    ['routing.yaml:1:16: "sub" is not a file'],
  ],
  [
    'a missing file in a condition',
    routing('rules:', '  - when: { caller: { file: x.csv } }', RULE_END),
    ['routing.yaml:2:29: there is no file "x.csv" in the flows folder'],
  ],
  [
    'a faulty line in a file of numbers',
    { ...routing('vip: { files: [vips.csv] }'), 'vips.csv': 'number,name\nnobody,A\n' },
    ['vips.csv:2:1: …'],
  ],
  [
    'a code flow that does not exist',
    routing('rules:', '  - run: triage.ts'),
    ['routing.yaml:2:10: there is no file "triage.ts" in the flows folder'],
  ],
  [
    'a code flow of another language',
    { ...routing('rules:', '  - run: triage.py'), 'triage.py': '' },
    ['routing.yaml:2:10: "triage.py" is no code flow: its name must end in .ts or .js'],
  ],
  [
    'a code flow outside of the folder',
    routing('rules:', '  - run: ../triage.ts'),
    [
      'routing.yaml:2:10: "../triage.ts" is outside of the flows folder; put the file into the folder and name it relative to it',
    ],
  ],
  [
    'a code flow with a syntax error',
    {
      ...routing('rules:', '  - run: a.ts'),
      'a.ts': 'export default () => {\n  const é = 1; let b = ;\n}\n',
    },
    ['a.ts:2:24: Unexpected ";"'],
  ],
  [
    'a code flow without default export',
    { ...routing('rules:', '  - run: a.ts'), 'a.ts': 'export const a = 1\n' },
    ['a.ts:1:1: a code flow exports its function: write "export default function …"'],
  ],
  [
    'a code flow that imports what is not there',
    { ...routing('rules:', '  - run: a.ts'), 'a.ts': "import { b } from './b.js'\nexport default () => b\n" },
    ['a.ts:1:19: Could not resolve "./b.js"'],
  ],
  [
    'a code flow whose import has a syntax error',
    {
      ...routing('rules:', '  - run: sub/a.ts'),
      'sub/a.ts': "import { b } from './b.js'\nexport default () => b\n",
      'sub/b.ts': 'export const b =\n',
    },
    ['sub/b.ts:2:1: Unexpected end of file'],
  ],
  [
    'everything at once, sorted by file, line and column',
    {
      'routing.yaml': [
        'default_contry: US',
        'vip: { files: [vips.csv], numbers: ["+1555*"] }',
        'flows:',
        '  main: { contxt: main }',
        'rules:',
        '  - when: { branch: North, header: { X-A: { matches: "(" } } }',
        '    goto: mains',
        '    state: { STATE: 1, a: "{nobody}" }',
        '  - run: a.ts',
        'otherwise: nowhere',
        'otherwise: nowhere',
      ].join('\n'),
      'a.ts': 'export default (\n',
      'vips.csv': '+15552000001\n+15552000002,x\n',
    },
    [
      'a.ts:2:1: Unexpected end of file',
      'routing.yaml:1:1: unknown key "default_contry"; did you mean "default_country"?',
      'routing.yaml:2:37: "+1555*" is a prefix, and VIP numbers are whole numbers; use a rule with "caller" for it',
      'routing.yaml:4:9: the key "context" is missing here',
      'routing.yaml:4:11: unknown key "contxt"; did you mean "context"?',
      'routing.yaml:6:21: there is no branch "North"',
      "routing.yaml:6:54: this pattern can't be read: missing closing ): `(`",
      'routing.yaml:7:11: there is no flow "mains"; did you mean "main"?',
      'routing.yaml:8:14: "STATE": this key is reserved: CONV_STATE holds the whole state; choose another name',
      'routing.yaml:8:27: {nobody} …',
      'routing.yaml:10:12: there is no flow "nowhere"; known here: main',
      'routing.yaml:11:1: this key stands here twice; keep one of them',
      'vips.csv:2:14: …',
    ],
  ],
  [
    'a code flow that uses Doorman itself',
    {
      ...routing('rules:', '  - run: a.ts'),
      'a.ts': "import { x } from 'asterisk-doorman'\nexport default () => x\n",
    },
    ['a.ts:1:19: a code flow gets only types from asterisk-doorman; write "import type"'],
  ],
])
