import type { Ownership } from '../lib/replace-file.js';
import type { ConfigSource } from './asterisk-config.js';
/** A file as it is: its bytes, its owner and its mode. */
export interface FileState extends Ownership {
    readonly content: Buffer;
}
/** Undefined if there is none. @throws Error of the file system, such as EACCES */
export declare function stateOf(path: string): FileState | undefined;
/** Each byte a character, so that a file in any encoding comes back as it was. */
export declare const textOf: (content: Buffer) => string;
export declare const bytesOf: (text: string) => Buffer;
/** Asterisk's configuration folder as it is without what setup has added to it; `own` are its own files. */
export declare function configSource(folder: string, own: readonly string[]): ConfigSource;
