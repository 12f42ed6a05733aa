/** What FreePBX itself would write: contexts with its names and its order, each as short as it can be. */
/** `extensions.conf`; files for the admin's own text come before FreePBX's contexts. */
export const EXTENSIONS = `
#include extensions_custom.conf
#include extensions_additional.conf

[from-trunk]
include => from-pstn

[from-pstn]
include => from-pstn-custom
include => ext-did
include => ext-did-post-custom
include => from-did-direct
include => ext-did-catchall
exten => fax,1,Hangup()

[from-did-direct]
include => ext-local
`;
/** An inbound route, with what FreePBX does for each. */
const inboundRoute = (did, prefix, destination) => `
exten => ${did},1,Set(__DIRECTION=INBOUND)
 same => n,Gosub(sub-record-check,s,1(in,\${EXTEN},dontcare))
 same => n,Set(__FROM_DID=\${EXTEN})
 same => n,Gosub(app-blacklist-check,s,1())
 same => n,Set(CDR(did)=\${FROM_DID})
 same => n,ExecIf($["\${CALLERID(name)}" = ""]?Set(CALLERID(name)=\${CALLERID(num)}))
 same => n,Set(CHANNEL(musicclass)=default)
 same => n,Set(__MOHCLASS=default)
 same => n,Set(CALLERID(name)=${prefix}\${CALLERID(name)})
 same => n(dest-ext),Goto(${destination})
`;
/** Where a call ends: what FreePBX has set on it, for the test to see, and an answer. */
const answered = (extension) => `
exten => ${extension},1,NoOp(\${CONTEXT},\${EXTEN} \${FROM_DID}/\${CDR(did)}/\${MOHCLASS}/\${CALLERID(name)})
 same => n,Answer()
 same => n,Wait(5)
`;
/** `extensions_additional.conf`: two numbers, one of them made up, a phone, and the catch-all. */
export const ADDITIONAL = `
[ext-did]
include => ext-did-custom
include => ext-did-0001
include => ext-did-0002
exten => foo,1,NoOp(bar)

[ext-did-0001]
include => ext-did-0001-custom
${inboundRoute('9900001', 'VIP: ', 'ext-queues,400,1')}

[ext-did-0002]
include => ext-did-0002-custom
${inboundRoute('5557654321', 'North: ', 'ext-group,600,1')}

[ext-did-catchall]
include => ext-did-catchall-custom
exten => s,1,NoOp(No DID or CID Match)
 same => n(a2),Goto(app-nomatch,s,1)
exten => _.,1,Set(__FROM_DID=\${EXTEN})
 same => n,NoOp(Received an unknown call with DID set to \${EXTEN})
 same => n,Goto(s,a2)
exten => h,1,Hangup()

[ext-local]
include => ext-local-custom
exten => 1001,1,Goto(ext-phones,1001,1)

[sub-record-check]
exten => s,1,Return()
[app-blacklist-check]
exten => s,1,Return()
[ext-group]${answered('600')}
[ext-queues]${answered('400')}
[ext-phones]${answered('1001')}
[app-nomatch]${answered('s')}
`;
//# sourceMappingURL=freepbx-dialplan.js.map