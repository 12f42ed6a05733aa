/** The project's own folder, wherever the compiled tests stand in it. */
export declare function projectFolder(...parts: readonly string[]): string;
