/** Something wrong with the flow files, and where. Lines and columns count from 1. */
export interface Problem {
    /** Path of the file, relative to the flows folder; empty for a problem that is in no file. */
    readonly file: string;
    readonly line: number;
    readonly column: number;
    /** Stable; those of the flow files are in `PROBLEM_CODES`. */
    readonly code: string;
    /** What is wrong and what to do about it, in one sentence. */
    readonly message: string;
}
/** The codes of problems and warnings about flow files, with what each means. */
export declare const PROBLEM_CODES: {
    readonly 'flows.alias': 'A YAML alias (*name) has no anchor, or stands inside of what it refers to.';
    readonly 'flows.branch': 'A branch to which no call can belong, or a second default branch.';
    readonly 'flows.claimed_caller': 'A rule with claimed_caller, which needs no trust, could do more than turn a call away.';
    readonly 'flows.compile': 'The flow files could not be compiled for a reason that lies outside of them.';
    readonly 'flows.contradiction': 'Warning: conditions of a rule exclude each other, so that it matches no call.';
    readonly 'flows.duplicate': 'Warning: a number or condition stands twice, and only the first one counts.';
    readonly 'flows.duplicate_key': 'A key or a header stands twice in one map.';
    readonly 'flows.duplicate_name': 'Two rules have one name, or a rule has a reserved name.';
    readonly 'flows.example': 'An example of examples.yaml does not hold.';
    readonly 'flows.file': 'A file cannot be read, does not exist, or lies outside of the flows folder.';
    readonly 'flows.file_changing': 'A file changed while it was read.';
    readonly 'flows.file_too_large': 'A file is larger than Doorman reads: 10 MB of YAML or code, 200 MB of numbers.';
    readonly 'flows.function_bundle': 'A code flow cannot be bundled: a syntax error or an import that leads nowhere.';
    readonly 'flows.function_import': 'A code flow imports a file from outside of the flows folder.';
    readonly 'flows.function_load': 'A code flow cannot be loaded: it throws, loops or has no default function.';
    readonly 'flows.invalid_value': 'A value is not one of those that are possible here.';
    readonly 'flows.missing_key': 'A key is missing.';
    readonly 'flows.number': 'A telephone number or a prefix that cannot be read.';
    readonly 'flows.number_file': 'A line of a file of numbers that cannot be read.';
    readonly 'flows.pattern': 'A regular expression that RE2 does not accept.';
    readonly 'flows.rule_target': 'A rule has no destination, or two.';
    readonly 'flows.template': 'A placeholder such as {caller.name} that stands for nothing.';
    readonly 'flows.too_long': 'Context, extension and priority of a flow are longer than Asterisk carries.';
    readonly 'flows.turn_away': 'Warning: a flow that only refuses calls is the one for failures.';
    readonly 'flows.types': 'TypeScript finds an error in a code flow. Only `doorman check` asks it; no reload does.';
    readonly 'flows.unknown_key': 'A key that Doorman does not know.';
    readonly 'flows.unknown_name': 'The name of a flow, branch, rule or trunk that does not exist.';
    readonly 'flows.unquoted_number': 'A number that YAML would change; it needs quotes.';
    readonly 'flows.unreachable': 'Warning: no call can get to a rule, because earlier ones take them all, or from a trunk to any rule.';
    readonly 'flows.untrusted': 'Warning: no trunk is trusted for this header or caller number, so that it never counts.';
    readonly 'flows.wrong_type': 'A value of the wrong kind, such as a text where a list is needed.';
    readonly 'flows.yaml': 'The file is not valid YAML or not UTF-8.';
};
export type ProblemCode = keyof typeof PROBLEM_CODES;
/** `routing.yaml:12:7: …`, the form that editors and terminals make clickable. */
export declare function formatProblem({ file, line, column, message }: Problem): string;
/** The flow files cannot be used; `problems` says why, each with its position. */
export declare class FlowFilesError extends Error {
    readonly problems: readonly Problem[];
    constructor(problems: readonly Problem[]);
}
/** The keys and list indexes that lead to a value of a YAML document. */
export type YamlPath = readonly (string | number)[];
/** A position in a file; line and column count from 1. */
export interface Position {
    readonly line: number;
    readonly column: number;
}
/** Positions in a YAML document. Where a path ends in nothing, its nearest parent is the position. */
export interface Positions {
    ofValue(path: YamlPath): Position;
    ofKey(path: YamlPath): Position;
}
/** Collects problems and warnings: everything is checked before anything is refused. */
export declare class Diagnostics {
    #private;
    readonly file: string;
    readonly positions: Positions;
    constructor(file: string, positions: Positions);
    problem(path: YamlPath, code: ProblemCode, message: string): void;
    problemAtKey(path: YamlPath, code: ProblemCode, message: string): void;
    warning(path: YamlPath, code: ProblemCode, message: string): void;
    /** Adds what was found in other files. */
    add(problems: Iterable<Problem>, warnings?: Iterable<Problem>): void;
    get problems(): readonly Problem[];
    /** Missing trust that shows in a hundred rules is one warning, at the first of them. */
    get warnings(): readonly Problem[];
}
