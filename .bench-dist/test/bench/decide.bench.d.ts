/** With the most VIP numbers; `load` is the time and memory that a file of them takes. */
export type DecideFigures = typeof figures;
declare const figures: {
    p50_us: number;
    p99_us: number;
    p50_us_few_numbers: number;
    rules: number;
    vips: number;
    load_s: number;
    load_mb: number;
};
export {};
