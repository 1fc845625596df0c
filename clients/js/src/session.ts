import { storageKeys, type TokenStorage } from "./storage.js";

const KEY = storageKeys.session;

/** The token of the session. An answer changes only the session that its request was sent with. */
export function createSession(storage: TokenStorage) {
  const token = () => storage.getItem(KEY) || null;
  return {
    token,
    begin: (token: string) => storage.setItem(KEY, token),
    replace(before: string, after: string) {
      if (token() === before) storage.setItem(KEY, after);
    },
    /** Returns whether this session was there. */
    end(before: string): boolean {
      if (token() !== before) return false;
      storage.removeItem(KEY);
      return true;
    },
  };
}
