import type { Command } from 'commander';
import { type Problem } from '../flows/problem.js';
export declare function addReload(program: Command): void;
export declare function addRollback(program: Command): void;
/** What to do about problems of a reload. */
export declare function nextAfter(problems: readonly Problem[], flows?: string): string;
