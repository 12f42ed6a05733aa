import { type Command } from 'commander';
export declare function addCalls(program: Command): void;
