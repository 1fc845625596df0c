/**
 * The value of an `Authorization` header that proves who somebody is by email and password. `btoa` alone throws on
 * anything beyond Latin-1, and is wrong within it: the server reads UTF-8.
 */
export function basicAuth(email: string, password: string): string {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
