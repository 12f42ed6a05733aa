import { type Command } from 'commander';
export declare function addRun(program: Command): void;
