import type { Command } from 'commander';
export declare function addReplay(program: Command): void;
