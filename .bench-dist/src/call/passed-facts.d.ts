import type { Applications } from '../asterisk/applications.js';
import { type PassedFacts } from '../asterisk/dialplan/arguments.js';
import { type GeneratedDialplan } from '../asterisk/dialplan/generate.js';
import type { Revision } from '../flows/revision.js';
/** What the generated dialplan passes of each call, so that this revision can decide it. */
export declare function passedFacts(revision: Revision): PassedFacts;
/** The names of the headers that a revision looks at, also in their compact form. */
export declare function neededNames(revision: Revision): readonly string[];
/** The generated contexts for the instances at a PBX and a revision. */
export declare function dialplanFor(applications: Applications, revision: Revision): GeneratedDialplan;
