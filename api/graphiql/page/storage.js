// GraphiQL remembers only how the page looks. Tabs and history hold passwords, so they end with the page.

const LOOKS = /^graphiql:(theme|visiblePlugin|.*Flex)$/;
const temporary = new Map();

// A browser that forbids storage throws.
function ifAllowed(act) {
  try {
    return act(localStorage);
  } catch {
    return null;
  }
}

export const storage = {
  getItem(key) {
    const remembered = LOOKS.test(key) ? ifAllowed((store) => store.getItem(key)) : null;
    return temporary.get(key) ?? remembered;
  },
  setItem(key, value) {
    temporary.set(key, value);
    if (LOOKS.test(key)) ifAllowed((store) => store.setItem(key, value));
  },
  removeItem(key) {
    temporary.delete(key);
    ifAllowed((store) => store.removeItem(key));
  },
  clear() {
    temporary.clear();
    ifAllowed((store) => store.clear());
  },
  get length() {
    return temporary.size + (ifAllowed((store) => store.length) ?? 0);
  },
};
