import type { Command } from 'commander';
export declare function addCheck(program: Command): void;
