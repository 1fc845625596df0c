// What GraphiQL may remember: how the page looks. Tabs and history hold passwords, so they end with the page.

const LOOKS = /^graphiql:(theme|visiblePlugin|.*Flex)$/;
const forgotten = new Map();

export const storage = {
  getItem(key) {
    return LOOKS.test(key) ? localStorage.getItem(key) : (forgotten.get(key) ?? null);
  },
  setItem(key, value) {
    if (LOOKS.test(key)) localStorage.setItem(key, value);
    else forgotten.set(key, value);
  },
  removeItem(key) {
    localStorage.removeItem(key);
    forgotten.delete(key);
  },
  clear() {
    localStorage.clear();
    forgotten.clear();
  },
  get length() {
    return localStorage.length + forgotten.size;
  },
};
