/**
 * The `Authorization` header for an email and a password. `btoa` alone throws on characters beyond Latin-1, and encodes
 * the others wrongly: the server reads UTF-8.
 */
export function basicAuth(email: string, password: string): string {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
