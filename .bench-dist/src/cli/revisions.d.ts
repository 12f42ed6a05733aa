import type { Command } from 'commander';
export declare function addRevisions(program: Command): void;
