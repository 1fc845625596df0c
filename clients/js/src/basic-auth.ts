/**
 * The `Authorization` header for an email and a password, in UTF-8 (RFC 7617). `btoa` alone throws on characters beyond
 * Latin-1, and encodes the others wrongly.
 */
export function basicAuth({ email, password }: { email: string; password: string }): string {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""))}`;
}
