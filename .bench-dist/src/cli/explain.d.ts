import { type Command } from 'commander';
export declare function addExplain(program: Command): void;
