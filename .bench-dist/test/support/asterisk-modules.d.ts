/** The text of a modules.conf that loads those of the modules that the folder holds. */
export declare function modulesConf(folder: string): string;
