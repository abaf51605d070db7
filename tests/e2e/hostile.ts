// Texts that attack whoever shows them. Our own list; beside it the tests use the public list of naughty strings where it
// lies in ../shared/data.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const foreign = 'http://attacker.invalid';

export const attacks: readonly string[] = [
  '<script>alert(1)</script>',
  `<script src=${foreign}/x.js></script>`,
  '<img src=x onerror=alert(1)>',
  `<img src="${foreign}/pixel.png">`,
  '"><svg onload=alert(1)>',
  "'-alert(1)-'",
  '</script><script>alert(1)</script>',
  '</title></style></textarea><img src=x onerror=alert(1)>',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  `<iframe src="${foreign}"></iframe>`,
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)//',
  'data:text/html,<script>alert(1)</script>',
  `<a href="${foreign}">open me</a>`,
  `${foreign}/%0d%0aSet-Cookie:x=1`,
  `<link rel=stylesheet href=${foreign}/x.css>`,
  `<style>@import '${foreign}/x.css';</style>`,
  `<meta http-equiv=refresh content="0;url=${foreign}">`,
  `<base href=${foreign}/>`,
  `<form action=${foreign}><input type=submit autofocus onfocus=alert(1)>`,
  '<details open ontoggle=alert(1)>',
  '<math><mtext></p><style><!--</style><img title="--></style><img src=x onerror=alert(1)>">',
  '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
  '<!--<img src="--><img src=x onerror=alert(1)//">',
  '<template><script>alert(1)</script></template>',
  '<object data="javascript:alert(1)"></object>',
  '<embed src="javascript:alert(1)">',
  '<video><source onerror=alert(1)></video>',
  '<marquee onstart=alert(1)>',
  '<body onload=alert(1)>',
  '<input value="x" onmouseover=alert(1)>',
  `<img srcset="${foreign}/a 1x, ${foreign}/b 2x">`,
  `<div style="background:url(${foreign}/bg)">`,
  '{{constructor.constructor("alert(1)")()}}',
  '${alert(1)}',
  '#{alert(1)}',
  '<%= alert(1) %>',
  '{"__proto__":{"polluted":1}}',
  '__proto__',
  'constructor',
  'dangerouslySetInnerHTML',
  '\u202e<gpj.exe',
  '\u2066\u202eevil\u2069',
  '\u200b\u200c\u200d\ufeff',
  '\u0000\u0001\u001b[31mred\u001b[0m\u0007',
  '\r\nSet-Cookie: a=b',
  '\u2028alert(1)\u2029',
  '\ud83d\ude00\u{e0041}\u{e0042}',
  'a'.repeat(20_000),
  'Ꙁ̵̡̢̛̗̘̙̜̝̞̟̠̖̱̲̳̹̺̻̼ͅ'.repeat(40),
  '\u05d0\u05d1\u05d2 <b>rtl</b>',
  '=cmd|\'/c calc\'!A1',
  '%3Cscript%3Ealert(1)%3C/script%3E',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '&#60;img src=x onerror=alert(1)&#62;',
  '\\u003cscript\\u003ealert(1)\\u003c/script\\u003e',
  '../../../../etc/passwd',
  "'; DROP TABLE alerts;--",
  '$(touch /tmp/hinomi-was-here)',
  '`touch /tmp/hinomi-was-here`',
];

export function naughtyStrings(): readonly string[] {
  const root = process.env['HINOMI_ROOT'] ?? fileURLToPath(new URL('../..', import.meta.url));
  const path = `${root}/../shared/data/badinput/blns/blns.json`;
  if (!existsSync(path)) {
    console.log('left out: the public list of naughty strings is not in ../shared/data');
    return [];
  }
  return (JSON.parse(readFileSync(path, 'utf8')) as string[]).filter((text) => text !== '');
}
