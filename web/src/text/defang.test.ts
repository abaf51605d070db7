import { describe, expect, it } from 'vitest';
import { defang } from './defang';

describe('defang', () => {
  it('breaks what a program would turn into a link', () => {
    expect(defang('http://cdn.example.com/a.php?b=1')).toBe('hxxp://cdn[.]example[.]com/a.php?b=1');
    expect(defang('HTTPS://198.51.100.7:8443/')).toBe('hxxps://198[.]51[.]100[.]7:8443/');
    expect(defang('billing@invoice.example')).toBe('billing[@]invoice[.]example');
  });

  it('keeps file names, versions and paths', () => {
    expect(defang('C:\\Windows\\System32\\cmd.exe')).toBe('C:\\Windows\\System32\\cmd.exe');
    expect(defang('2.10')).toBe('2.10');
  });

  it('changes nothing the second time', () => {
    const once = defang('http://a.example/');
    expect(defang(once)).toBe(once);
  });
});
