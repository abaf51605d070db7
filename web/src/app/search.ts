// Search parameters as plain, readable pairs: "?level=high&level=critical&q=…"; a value is a text or a list of texts.
export type Search = Record<string, string | string[]>;

// More than a link needs; a longer one is cut.
const maxPairs = 400;

export function parseSearch(text: string): Search {
  const search: Search = Object.create(null) as Search;
  let pairs = 0;
  for (const [key, value] of new URLSearchParams(text)) {
    pairs += 1;
    if (pairs > maxPairs) break;
    const known = search[key];
    if (known === undefined) search[key] = value;
    else if (Array.isArray(known)) known.push(value);
    else search[key] = [known, value];
  }
  return { ...search };
}

export function stringifySearch(search: Record<string, unknown>): string {
  const out = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === 'string' && one !== '') out.append(key, one);
    }
  }
  const text = out.toString();
  return text === '' ? '' : `?${text}`;
}
