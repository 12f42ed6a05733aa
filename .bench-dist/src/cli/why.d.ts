import type { Command } from 'commander';
export declare function addWhy(program: Command): void;
