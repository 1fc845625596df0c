// Which emails were opened in this browser.

const KEY = "read";
const read = new Set(load());

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return []; // Storage is disabled or invalid.
  }
}

export const isRead = (id) => read.has(id);

export function markRead(id) {
  read.add(id);
  try {
    // The server stores a thousand emails.
    localStorage.setItem(KEY, JSON.stringify([...read].slice(-1000)));
  } catch {
    // Storage is disabled: after a reload they are unread again.
  }
}
