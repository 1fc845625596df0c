/**
 * Takes the code out of the link in the email, `#code=4466`, and removes it from the address bar and the history. Nothing
 * else is read from the URL. Above all no token: with a stranger's token, the code from the reader's mailbox would
 * activate an account that the stranger registered with their own password.
 */
export function takeCodeFromLink({ location, history }: Pick<Window, "location" | "history">): string | null {
  const code = new URLSearchParams(location.hash.slice(1)).get("code");
  if (code === null) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return /^[0-9]{4,8}$/.test(code) ? code : null;
}
