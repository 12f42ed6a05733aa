export interface WatchOptions {
    readonly folder: string;
    /** Called with the reason when the folder cannot be read; again only after it could be. */
    readonly failed: (reason: string) => void;
    /** Files that the rules use, by name; found also behind a link to another folder. */
    readonly used?: () => Iterable<string>;
    readonly pollMs?: number;
    readonly settleMs?: number;
    readonly settleNumbersMs?: number;
}
export declare class FolderWatch {
    #private;
    private constructor();
    /** Resolves once the present state is known. Changes after that are announced from `begin` on. */
    static open(options: WatchOptions): Promise<FolderWatch>;
    /** Calls `changed` when files have changed and count as written. Which does not matter: all are read again. */
    begin(changed: () => void): void;
    /**
     * Resolves once no file has changed for half a second, at once in general, and after two seconds in any case: for
     * a reload by command right after saving.
     */
    settled(): Promise<void>;
    stop(): Promise<void>;
}
