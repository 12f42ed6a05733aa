import type { GeneratedDialplan } from '../asterisk/dialplan/generate.js';
import { type Settings } from '../settings/index.js';
import type { Console } from './console.js';
/** A part of Asterisk that setup changes. */
export type Part = 'ari' | 'ami' | 'dialplan';
/** What a part does now; `fault` says why it does not do what it should. */
export interface PartState {
    readonly part: Part;
    readonly says: string;
    readonly isRight: boolean;
}
/** The commands that make Asterisk read the files of a part again, and no others. */
export declare const RELOAD: Readonly<Record<Part, readonly string[]>>;
/** Reloads these parts, and says what all parts do then. */
export declare function reload(parts: readonly Part[], console: Console, look: () => Promise<readonly PartState[]>): Promise<readonly PartState[]>;
/** Logs in with the settings, as Doorman does, and looks which dialplan runs. */
export declare function lookAt(settings: Settings, dialplan: GeneratedDialplan): Promise<readonly PartState[]>;
