import { describeProblems } from './problem-table.js'
import { routing } from './temp-folder.js'

const RULE_END = '    goto: main'

describeProblems('problems in branches, rules and conditions', [
  [
    'an unknown flow in goto',
    routing('rules:', '  - goto: mian'),
    ['routing.yaml:2:11: there is no flow "mian"; did you mean "main"?'],
  ],
  [
    'an unknown flow in otherwise',
    { 'routing.yaml': 'flows: { main: { context: a } }\notherwise: mains\n' },
    ['routing.yaml:2:12: there is no flow "mains"; did you mean "main"?'],
  ],
  [
    'an unknown branch',
    routing(
      'branches: { North Branch: { default: true } }',
      'rules:',
      '  - when: { branch: North }',
      RULE_END,
    ),
    ['routing.yaml:3:21: there is no branch "North"; known here: North Branch'],
  ],
  [
    'an unknown branch in a list',
    routing(
      'branches: { North: { default: true } }',
      'rules:',
      '  - when: { branch: [North, Soutsh] }',
      RULE_END,
    ),
    ['routing.yaml:3:29: there is no branch "Soutsh"; known here: North'],
  ],
  [
    'two default branches',
    routing('branches:', '  A: { default: true }', '  B: { default: true }'),
    ['routing.yaml:3:17: "A" is the default branch already; only one branch can be'],
  ],
  [
    'a branch that nothing belongs to',
    routing('branches:', '  A: { state: { a: 1 } }'),
    ['routing.yaml:2:6: no call can belong to the branch "A": give it "numbers" or "default: true"'],
  ],
  [
    'a rule that leads nowhere',
    routing('rules:', '  - when: { vip: true }'),
    ['routing.yaml:2:5: this rule leads nowhere; add "goto: <flow>" or "run: <file>"'],
  ],
  [
    'a rule that leads to two places',
    routing('rules:', '  - goto: main', '    run: a.ts'),
    [
      'routing.yaml:3:5: a rule has "goto" or "run", not both; remove one',
      'routing.yaml:3:10: there is no file "a.ts" in the flows folder',
    ],
  ],
  [
    'two rules of one name',
    routing('rules:', '  - { name: A, goto: main }', '  - { name: A, goto: main }'),
    ['routing.yaml:3:13: rule 1 is called "A" already; give every rule its own name'],
  ],
  [
    'a rule called like an unnamed one',
    routing('rules:', '  - { goto: main }', '  - { name: rule 1, goto: main }'),
    ['routing.yaml:3:13: rule 1 is called "rule 1" already; give every rule its own name'],
  ],
  [
    'a rule called otherwise',
    routing('rules:', '  - { name: otherwise, goto: main }'),
    [
      'routing.yaml:2:13: a rule can\'t be called "otherwise": "otherwise" and names in parentheses stand for what is no rule',
    ],
  ],
  [
    'a rule with a line end in its name',
    routing('rules:', '  - { name: "a\\nb", goto: main }'),
    ['routing.yaml:2:13: a name is a text on one line, not empty and without control characters'],
  ],
  [
    'a pattern that is not closed',
    routing('rules:', '  - when: { header: { X-A: { matches: "(9" } } }', RULE_END),
    ["routing.yaml:2:39: this pattern can't be read: missing closing ): `(9`"],
  ],
  [
    'a pattern that looks ahead',
    routing('rules:', '  - when: { header: { X-A: { matches: "^(?=9)" } } }', RULE_END),
    [
      "routing.yaml:2:39: this pattern can't be read: invalid or unsupported Perl syntax: `(?=`; look-around and back-references are not supported, because a caller could make them take forever",
    ],
  ],
  [
    'a pattern with a back-reference',
    routing('rules:', '  - when: { header: { X-A: { matches: "(a)\\\\1" } } }', RULE_END),
    [
      "routing.yaml:2:39: this pattern can't be read: invalid escape sequence: `\\1`; look-around and back-references are not supported, because a caller could make them take forever",
    ],
  ],
  [
    'two tests of one header',
    routing('rules:', '  - when: { header: { X-A: { matches: a, present: true } } }', RULE_END),
    ['routing.yaml:2:28: write exactly one of matches, starts_with, present; for several of them use "all"'],
  ],
  [
    'an unknown test of a header',
    routing('rules:', '  - when: { header: { X-A: { startswith: a } } }', RULE_END),
    ['routing.yaml:2:30: unknown key "startswith"; did you mean "starts_with"?'],
  ],
  [
    'a header with a wildcard',
    routing('rules:', '  - when: { header: { "X-*": a } }', RULE_END),
    ['routing.yaml:2:23: "X-*": a header name has letters, digits, - _ and . only'],
  ],
  [
    'an empty list',
    routing('rules:', '  - when: { trunk: [] }', RULE_END),
    ['routing.yaml:2:20: this list is empty, so nothing could ever match'],
  ],
  [
    'an attestation that does not exist',
    routing('rules:', '  - when: { attestation: D }', RULE_END),
    ['routing.yaml:2:26: "attestation" must be one of A, B, C, failed, none, not "D"'],
  ],
  [
    'a slip deep in conditions',
    routing(
      'rules:',
      '  - when:',
      '      any:',
      '        - not: { all: [{ vip: true }, { vp: true }] }',
      RULE_END,
    ),
    ['routing.yaml:4:41: unknown key "vp"; did you mean "vip"?'],
  ],
])
