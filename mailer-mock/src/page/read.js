// Which mails were opened in this browser.

const KEY = "read";
const read = new Set(load());

function load() {
  try {
    return JSON.parse(localStorage.getItem(KEY)) ?? [];
  } catch {
    return []; // Storage is switched off, or holds something else.
  }
}

export const isRead = (id) => read.has(id);

export function markRead(id) {
  read.add(id);
  try {
    // The server keeps a thousand mails.
    localStorage.setItem(KEY, JSON.stringify([...read].slice(-1000)));
  } catch {
    // Then they are unread again after a reload.
  }
}
