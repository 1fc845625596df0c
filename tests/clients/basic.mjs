// The Authorization header that proves an email and a password, in UTF-8 (RFC 7617). `btoa` alone takes Latin-1: it
// throws on "秘密", and makes of "Käse" bytes that are no UTF-8.
export function basic(email, password) {
  const bytes = new TextEncoder().encode(`${email}:${password}`);
  return `Basic ${btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))}`;
}
