import { Command } from 'commander';
export declare function createProgram(): Command;
/** Runs a command line and sets the exit code of the process. */
export declare function main(args: readonly string[]): Promise<void>;
