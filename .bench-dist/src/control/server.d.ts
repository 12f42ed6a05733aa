import * as z from 'zod';
import type { Log } from '../lib/log.js';
import type { ReloadResult, WaitingCandidate } from '../revisions/candidate.js';
import type { Settings } from '../settings/index.js';
import type { RevisionEntry } from '../store/database.js';
declare const reloadRequest: z.ZodObject<{
    by: z.ZodOptional<z.ZodString>;
    allowMissingContexts: z.ZodOptional<z.ZodBoolean>;
    maxChange: z.ZodOptional<z.ZodNumber>;
    way: z.ZodDefault<z.ZodEnum<{
        command: "command";
        http: "http";
    }>>;
    files: z.ZodOptional<z.ZodPipe<z.ZodRecord<z.ZodString, z.ZodString>, z.ZodTransform<Map<string, string>, Record<string, string>>>>;
}, z.core.$strict>;
declare const rollbackRequest: z.ZodObject<{
    by: z.ZodOptional<z.ZodString>;
    allowMissingContexts: z.ZodOptional<z.ZodBoolean>;
    to: z.ZodOptional<z.ZodInt>;
}, z.core.$strict>;
export type ReloadRequest = z.input<typeof reloadRequest>;
export type RollbackRequest = z.input<typeof rollbackRequest>;
/** What a running Doorman does on command, and what it tells. */
export interface Control {
    reload(request: z.output<typeof reloadRequest>): Promise<ReloadResult>;
    rollback(request: z.output<typeof rollbackRequest>): Promise<ReloadResult>;
    revisions(): readonly RevisionEntry[];
    candidate(): WaitingCandidate | undefined;
    metrics(): Promise<string>;
    vitals(): Vitals;
}
/** Of what `/ready` is made. Nothing about a caller is in it: it is served without a token. */
export interface Vitals {
    /** `problems` say what keeps calls from being continued, or from being decided on all their facts. */
    readonly ari: {
        readonly isUp: boolean;
        readonly problems: readonly string[];
    };
    readonly ami: {
        readonly isUp: boolean;
    };
    /** Doorman was told to stop and only finishes active calls. */
    readonly stopping: boolean;
    /** Id of the active revision. */
    readonly revision: string;
}
/** The answer of `/ready`: whether calls can be decided now. */
export type Readiness = Readonly<ReturnType<typeof readinessOf>>;
/**
 * Starts the control server and writes its address to the data folder, where `doorman reload` finds it. A port that is
 * in use or a folder that cannot be written is logged, and calls go on without a control server.
 * @param isDataInUse whether another Doorman uses the data folder; its address stays there.
 */
export declare function openControl(settings: Settings, control: Control, log: Log, isDataInUse?: boolean): Promise<{
    readonly stop: () => Promise<void>;
}>;
declare function readinessOf({ ari, ami, stopping, revision }: Vitals): {
    ready: boolean;
    ari: string;
    ami: string;
    stopping: boolean;
    revision: string;
    problems: readonly string[];
};
export {};
