// Addresses that nobody opens by accident when they are pasted into a mail or a chat: hxxp, [.] and [@].

const scheme = /\bh(?:tt|xx)p(s?):\/\//gi;
const address = /\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[\w-]+(?:\.[\w-]+)*\.[\p{L}]{2,24}\b/gu;
// File names that only look like host names.
const fileEnding = /\.(?:exe|dll|sys|ps1|bat|cmd|vbs|js|jse|wsf|hta|lnk|docm?|docx|xlsm?|xlsx|pdf|txt|log|evtx|tmp|dat|conf|cfg|ini|json|xml|yml|yaml|php|aspx?|jsp|html?|png|jpe?g|gif|svg)$/i;

export function defang(text: string): string {
  return text
    .replace(scheme, (_, s: string) => `hxxp${s.toLowerCase()}://`)
    .replace(/@(?=[\w-]+\.)/g, '[@]')
    .replace(address, (found) => (fileEnding.test(found) ? found : found.replace(/\./g, '[.]')));
}
