// Tells those who do not see the page what has happened.

const said = document.getElementById("said");

export function say(text) {
  said.textContent = text;
}
