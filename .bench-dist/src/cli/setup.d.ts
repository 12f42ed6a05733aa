import type { Command } from 'commander';
export declare function addSetup(program: Command): void;
