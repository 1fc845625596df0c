// What GraphiQL may remember: how the page looks. Tabs and history hold passwords, so they end with the page.

const LOOKS = /^graphiql:(theme|visiblePlugin|.*Flex)$/;
const forgotten = new Map();

// Browsers that are told to keep nothing throw.
function kept(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

export const storage = {
  getItem(key) {
    const remembered = LOOKS.test(key) ? kept((store) => store.getItem(key)) : null;
    return forgotten.get(key) ?? remembered;
  },
  setItem(key, value) {
    forgotten.set(key, value);
    if (LOOKS.test(key)) kept((store) => store.setItem(key, value));
  },
  removeItem(key) {
    forgotten.delete(key);
    kept((store) => store.removeItem(key));
  },
  clear() {
    forgotten.clear();
    kept((store) => store.clear());
  },
  get length() {
    return forgotten.size + (kept((store) => store.length) ?? 0);
  },
};
