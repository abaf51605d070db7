// A file from our own server, saved by the browser; never shown in a page.
import { ApiError, request } from '../api/client';

// The name in a Content-Disposition of ours, which always has filename* (RFC 6266).
export function nameIn(disposition: string | null): string | undefined {
  const encoded = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? '')?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function save(address: string, name: string): void {
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.rel = 'noreferrer';
  document.body.append(link);
  link.click();
  link.remove();
}

// Straight to the disk, however long it is.
export const download = (address: string, name = ''): void => save(address, name);

const keptMs = 60_000;

// A file that the server makes first and may refuse to make: a refusal is thrown, as of any request.
export async function fetchFile(path: string): Promise<void> {
  const response = await request(path);
  let content: Blob;
  try {
    content = await response.blob();
  } catch {
    throw new ApiError('unreachable', 0, '', '');
  }
  const address = URL.createObjectURL(content);
  save(address, nameIn(response.headers.get('Content-Disposition')) ?? '');
  setTimeout(() => URL.revokeObjectURL(address), keptMs);
}
