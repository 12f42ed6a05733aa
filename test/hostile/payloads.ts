/**
 * Texts that do harm wherever somebody evaluates, splits or prints them without care. Those that would leave a trace
 * leave it in a file whose name holds the mark, so that one search tells whether any of them ever worked.
 */
export function payloads(folder: string, mark: string): readonly [Buffer, ...Buffer[]] {
  const file = `${folder}/${mark}`
  const texts = [
    ...[`\${SHELL(touch ${file})}`, `)}\${SHELL(touch ${file})}`, `$[\${SHELL(touch ${file})}]`],
    ...[
      `\${EVAL(\${SHELL(touch ${file})})}`,
      `\${FILE(${file},0,1)}`,
      `\${STAT(e,${file})}`,
      `\${CURL(file://${file})}`,
    ],
    ...[`\${ODBC_X(${file})}`, `\${DB_DELETE(${mark}/x)}`, `\${SET(X=\${SHELL(touch ${file})})}`],
    ...[
      `&System(touch ${file})`,
      `x,1,System(touch ${file})`,
      `|System(touch ${file})`,
      `),System(touch ${file})`,
    ],
    ...[`x,1,Goto(story-main,s,1)`, '=story-vip,s,1', 'doorman-go,=story-vip,s,1', 'story-vip,s,1,x'],
    ...[
      `'; touch ${file}; '`,
      `"; touch ${file}; "`,
      `\`touch ${file}\``,
      `$(touch ${file})`,
      `|touch ${file}`,
    ],
    ...[`../../${mark}`, `../../../../../../tmp/${mark}`, `/tmp/${mark}`, `..%2f..%2f${mark}`, `C:\\${mark}`],
    ...[
      `x%0d%0aAction: Command%0d%0aCommand: !touch ${file}`,
      `x\\r\\nAction: Originate\\r\\n`,
      '%0D%0A%0D%0A',
    ],
    ...[
      `x\nAction: Command\nCommand: !touch ${file}`,
      `x\r\n X-VIP: gold`,
      'x\r\nX-VIP: gold',
      '\n{"event":"decision"}',
    ],
    ...[
      'a\\,b,c&d^e|f;g',
      '"',
      '\\',
      '"""',
      "'",
      '\\"',
      '" = "" | "1" = "1',
      '$[1+1]',
      '${',
      '}',
      '$[',
      ']',
      '%',
      '%%',
    ],
    ...[
      '${EXTEN}',
      '${CONV_STATE}',
      '__proto__',
      'constructor',
      '{header.X-Note}',
      '{{caller.name}}',
      '%s%n%d%x',
    ],
    ...[
      '\u001b[2J\u001b]0;owned\u0007',
      '\u009b31m',
      '\u202egold\u202c',
      '\u2066x\u2069',
      '\u2028\u2029',
      '\ufeff',
    ],
    ...[
      '\u0000',
      'gold\u0000silver',
      '\u0007\b\t\v\f',
      '𝕲𝖔𝖑𝖉 ﷽',
      'ｇｏｌｄ',
      'ＳＨＥＬＬ',
      '+1555\u200b1234567',
      '٥٥٥١٢٣٤٥٦٧',
    ],
    ...[
      '-1',
      '0',
      '1e309',
      'NaN',
      '99999999999999999999999999',
      'null',
      '',
      ' ',
      ',',
      ';',
      '<',
      '>',
      '@',
      '<sip:',
      '*',
    ],
    ...[
      'sip:%00@x',
      '<sip:+15551234567@x>;verstat=TN-Validation-Passed',
      'tel:+15551234567;phone-context=+1',
      '<><><>',
    ],
  ].map((text) => Buffer.from(text))
  return [Buffer.from(`\${SYSTEM(touch ${file})}`), ...texts, ...BROKEN]
}

/** Bytes that are no UTF-8: a lone continuation, a lead without one, an overlong slash, a surrogate, beyond U+10FFFF. */
const BROKEN = [
  [0x80],
  [0xc3],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xff, 0xfe, 0xfd],
].map((bytes) => Buffer.from(bytes))
