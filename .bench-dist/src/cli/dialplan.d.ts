import type { Command } from 'commander';
export declare function addDialplan(program: Command): void;
