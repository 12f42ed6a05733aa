import type { Command } from 'commander';
export declare function addDoctor(program: Command): void;
