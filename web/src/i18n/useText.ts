import { usePreferences } from '../app/preferences';
import { messages } from './messages';
import type { Messages } from './messages';

// The texts in the chosen language.
export function useText(): Messages {
  return messages[usePreferences().language];
}
