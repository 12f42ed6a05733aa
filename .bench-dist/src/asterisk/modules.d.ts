/** The names of the applications and functions in a dialplan text, and no others. */
export declare function usedIn(dialplan: string): ReadonlySet<string>;
/** Whether `neededModules` knows where an application or function comes from. */
export declare function isKnownName(name: string): boolean;
/** The modules that Doorman and a generated dialplan need, each with its purpose. */
export declare function neededModules(dialplan: string): ReadonlyMap<string, string>;
