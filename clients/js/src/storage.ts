// Where tokens are kept.

/** The part of `Storage` that the client uses. */
export type TokenStorage = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** What each token is stored under. In a browser, a `storage` event reports a registration or a reset in another tab. */
export const storageKeys = {
  session: "account.session",
  registration: "account.registration",
  passwordReset: "account.passwordReset",
  emailChange: "account.emailChange",
} as const;

/** Ends with the process, or with the page. */
export function memoryStorage(): TokenStorage {
  const items = new Map<string, string>();
  return {
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => void items.set(key, value),
    removeItem: (key) => void items.delete(key),
  };
}

/**
 * The session token is in `sessionStorage`, so it ends with the tab. So does a change of the email, which only its user
 * can confirm. The tokens of registrations and resets do nothing without a code from the mailbox. They are in
 * `localStorage`, so that every tab can continue. If the browser forbids storage, everything is in memory.
 */
export function browserStorage(): TokenStorage {
  const memory = memoryStorage();
  const ofTab: string[] = [storageKeys.session, storageKeys.emailChange];
  const storeOf = (key: string) => (ofTab.includes(key) ? sessionStorage : localStorage);
  return {
    getItem: (key) => memory.getItem(key) ?? ifAllowed(() => storeOf(key).getItem(key)) ?? null,
    setItem(key, value) {
      memory.removeItem(key);
      const isStored = ifAllowed(() => {
        storeOf(key).setItem(key, value);
        return true;
      });
      if (!isStored) memory.setItem(key, value);
    },
    removeItem(key) {
      memory.removeItem(key);
      ifAllowed(() => storeOf(key).removeItem(key));
    },
  };
}

export function defaultStorage(): TokenStorage {
  return "document" in globalThis ? browserStorage() : memoryStorage();
}

function ifAllowed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
