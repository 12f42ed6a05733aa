import type { Command } from 'commander';
export declare function addDiff(program: Command): void;
