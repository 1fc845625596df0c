// Announces a change to screen readers.

const announcement = document.getElementById("announcement");

export function announce(text) {
  announcement.textContent = text;
}
