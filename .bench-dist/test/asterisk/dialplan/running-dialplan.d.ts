import { RunningDialplan } from '../../../src/asterisk/dialplan/running.js';
/** What Asterisk would run of a text of extensions.conf, in the order of the text. */
export declare function runningDialplan(text: string): RunningDialplan;
