/** What FreePBX itself would write: contexts with its names and its order, each as short as it can be. */
/** `extensions.conf`; files for the admin's own text come before FreePBX's contexts. */
export declare const EXTENSIONS = "\n#include extensions_custom.conf\n#include extensions_additional.conf\n\n[from-trunk]\ninclude => from-pstn\n\n[from-pstn]\ninclude => from-pstn-custom\ninclude => ext-did\ninclude => ext-did-post-custom\ninclude => from-did-direct\ninclude => ext-did-catchall\nexten => fax,1,Hangup()\n\n[from-did-direct]\ninclude => ext-local\n";
/** `extensions_additional.conf`: two numbers, one of them made up, a phone, and the catch-all. */
export declare const ADDITIONAL: string;
