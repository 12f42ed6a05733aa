/** What decisions waited while large folders were reloaded. */
export type ReloadFigures = Awaited<ReturnType<typeof holdUps>>;
declare function holdUps(): Promise<{
    reloads: number;
    reload_ms: number;
    p50_ms: number;
    p99_ms: number;
    max_ms: number;
}>;
export {};
