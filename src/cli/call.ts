import type { Command } from "commander"; export function addCall(_: Command): void {}
