/** Time that all threads of a process have spent on a processor, in milliseconds; 0 where there is none. */
export declare function cpuMs(pid: number | undefined): number;
/** Resident memory in MB; 0 where there is no process. */
export declare function rssMb(pid: number | undefined): number;
