// Takes the code out of the link in the email, `#code=4466`, and removes it from the address bar. Call it with `window`
// when the page starts.
export function takeCodeFromLink({ location, history }) {
  const code = new URLSearchParams(location.hash.slice(1)).get('code');
  if (code === null) return null;
  history.replaceState(history.state, '', location.pathname + location.search);
  return /^[0-9]{4,8}$/.test(code) ? code : null;
}
