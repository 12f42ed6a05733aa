/** Flow files by their names: `{ 'routing.yaml': '…', 'triage.ts': '…' }`. */
export type FlowFiles = Readonly<Record<string, string>>;
/** A folder of flow files that lives until it is removed, for a Doorman in a process of its own. */
export interface FlowFolder {
    readonly path: string;
    remove(): void;
}
export declare function flowFolder(files: FlowFiles): FlowFolder;
