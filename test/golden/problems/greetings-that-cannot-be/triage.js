export default function (conv) { conv.say("Hello."); conv.gotoFlow("sales") }
