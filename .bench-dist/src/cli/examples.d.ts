import type { Command } from 'commander';
export declare function addExamples(program: Command): void;
